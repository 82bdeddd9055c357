import { z } from 'zod';

/** The ways in: a multipart upload, an object put into the bucket, a batch. */
export const ways = ['upload', 'drop', 'batch'] as const;
export const Way = z.enum(ways);
export type Way = z.infer<typeof Way>;

/** One file to process, as sent to a child process. */
export const Task = z.object({
  path: z.string(),
  /** As its sender calls it: its place below the folder. */
  name: z.string(),
  ways: z.array(Way),
});
export type Task = z.infer<typeof Task>;

/** The outcome of a file for one way in. */
export const Ending = z.object({
  way: Way,
  /** `broken`: a worker threw, or a step did not end. */
  status: z.enum(['done', 'failed', 'rejected', 'broken']),
  format: z.string().optional(),
  /** The reasons that the client receives. */
  reasons: z.array(z.string()),
  /** What is wrong, in words. */
  faults: z.array(z.string()),
  /** User and system time of all threads, libvips' too, from ingestion to the last worker. */
  cpuMs: z.number(),
  /** The peak memory of its process so far: before the file, and after its last worker. */
  peakBeforeBytes: z.number(),
  peakBytes: z.number(),
});
export type Ending = z.infer<typeof Ending>;

/** What a child process reports of one file: an ending for each way in. */
export const Done = z.object({ endings: z.array(Ending) });
export type Done = z.infer<typeof Done>;

/** The final outcome of one file. After a crash or a hang the process reports nothing more. */
export type Outcome =
  | ({ name: string; end: 'done' } & Done)
  | { name: string; end: 'crash'; how: string }
  | { name: string; end: 'hang'; seconds: number };
