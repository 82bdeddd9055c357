import { z } from 'zod';

/** The doors a file may come by: the multipart form, an object dropped into the bucket, a batch. */
export const ways = ['upload', 'drop', 'batch'] as const;
export const Way = z.enum(ways);
export type Way = z.infer<typeof Way>;

/** One file to be worked through, as a process is asked to do it. */
export const Task = z.object({
  path: z.string(),
  /** As its sender calls it: its place below the folder. */
  name: z.string(),
  ways: z.array(Way),
});
export type Task = z.infer<typeof Task>;

/** How a file ended that came by one door. */
export const Ending = z.object({
  way: Way,
  /** `broken`: a worker threw, or a step did not end. */
  status: z.enum(['done', 'failed', 'rejected', 'broken']),
  format: z.string().optional(),
  /** What the file's sender is told. */
  reasons: z.array(z.string()),
  /** What must not be, in words. */
  faults: z.array(z.string()),
  /** User and system time of all threads, libvips' too, from the door to the last worker. */
  cpuMs: z.number(),
  /** The most memory its process ever had, when it came and when the last worker was done. */
  peakBeforeBytes: z.number(),
  peakBytes: z.number(),
});
export type Ending = z.infer<typeof Ending>;

/** What a process tells of one file: an ending for each way it came. */
export const Done = z.object({ endings: z.array(Ending) });
export type Done = z.infer<typeof Done>;

/** What became of one file in the end. A crash and a hang end the process, and with it all news. */
export type Outcome =
  | ({ name: string; end: 'done' } & Done)
  | { name: string; end: 'crash'; how: string }
  | { name: string; end: 'hang'; seconds: number };
