import { createHash } from 'node:crypto';
import { z } from 'zod';
import { imageIdOf } from '#lib/images/image.ts';

const Time = z.iso.datetime();

/** Where a picture to work on lies: an image of ours as it was then, or a copy of a stranger's. */
export const SourceImage = z.discriminatedUnion('from', [
  z.object({ from: z.literal('image'), key: z.string(), etag: z.string() }),
  /** In the derived bucket, where it is no image; removed when the edit ends. */
  z.object({ from: z.literal('copy'), key: z.string() }),
]);
export type SourceImage = z.infer<typeof SourceImage>;

const requested = {
  editId: z.string(),
  initId: z.string(),
  requestId: z.string(),
  prompt: z.string(),
  /** As the caller wrote them. */
  sourceUrl: z.string(),
  targetUrl: z.string().nullable(),
  source: SourceImage,
  target: SourceImage.optional(),
  createdAt: Time,
  /** When its process is no longer shown, and it with it. */
  expiresAt: Time,
};

const started = { startedAt: Time, attempts: z.int() };

/** One worker's claim to work alone. It ends by itself, because a killed worker gives nothing back. */
const Lease = z.object({ worker: z.string(), until: Time });

/** What somebody wants done to a picture, and how far that has come. Its last two states are final. */
export const Edit = z.discriminatedUnion('status', [
  z.object({ status: z.literal('PENDING'), ...requested }),
  z.object({
    status: z.literal('PROCESSING'),
    ...requested,
    ...started,
    /** Null between two deliveries of its message. */
    lease: Lease.nullable(),
    /** The last time that a worker wrote here. */
    seenAt: Time,
    /** How often a provider was asked without our learning what became of it. */
    unanswered: z.int(),
  }),
  z.object({
    status: z.literal('COMPLETED'),
    ...requested,
    ...started,
    endedAt: Time,
    provider: z.string(),
    model: z.string(),
    durationMs: z.int(),
  }),
  z.object({ status: z.literal('FAILED'), ...requested, endedAt: Time, reason: z.string() }),
]);
export type Edit = z.infer<typeof Edit>;
export type In<Status extends Edit['status']> = Extract<Edit, { status: Status }>;
export type Open = In<'PENDING' | 'PROCESSING'>;

export const isOpen = (edit: Edit): edit is Open =>
  edit.status === 'PENDING' || edit.status === 'PROCESSING';

/** Whether this worker may still write; a late one, whose lease another has taken, may not. */
export const isHeldBy = (edit: Edit | undefined, worker: string): edit is In<'PROCESSING'> =>
  edit?.status === 'PROCESSING' && edit.lease?.worker === worker;

/** Milliseconds for which another worker is still believed to be at it; 0 where none is. */
export const leaseRemainingMs = (edit: Open, worker: string, now: Date): number =>
  edit.status === 'PROCESSING' && edit.lease && edit.lease.worker !== worker
    ? Math.max(0, Date.parse(edit.lease.until) - now.getTime())
    : 0;

type LeaseRequest = { worker: string; attempts: number; now: Date; leaseMs: number };

/** A worker begins, or goes on where another was killed. */
export const lease = (
  edit: Open,
  { worker, attempts, now, leaseMs }: LeaseRequest,
): In<'PROCESSING'> => ({
  ...pickRequest(edit),
  status: 'PROCESSING',
  startedAt: edit.status === 'PROCESSING' ? edit.startedAt : now.toISOString(),
  attempts,
  lease: { worker, until: addMs(now, leaseMs) },
  seenAt: now.toISOString(),
  unanswered: edit.status === 'PROCESSING' ? edit.unanswered : 0,
});

/** A provider is about to be asked. Written before it is, so that a killed worker leaves a trace of it. */
export const recordCall = (
  edit: In<'PROCESSING'>,
  { worker, now, leaseMs }: Omit<LeaseRequest, 'attempts'>,
): In<'PROCESSING'> => ({
  ...edit,
  lease: { worker, until: addMs(now, leaseMs) },
  seenAt: now.toISOString(),
  unanswered: edit.unanswered + 1,
});

/** A worker leaves the edit to the next delivery of its message. `unpaid`: it asked, and nothing was done. */
export const release = (
  edit: In<'PROCESSING'>,
  { now, unpaid }: { now: Date; unpaid: boolean },
): In<'PROCESSING'> => ({
  ...edit,
  lease: null,
  seenAt: now.toISOString(),
  unanswered: edit.unanswered - (unpaid ? 1 : 0),
});

export const complete = (
  edit: In<'PROCESSING'>,
  result: { provider: string; model: string; durationMs: number },
  now: Date,
): In<'COMPLETED'> => ({
  ...pickRequest(edit),
  status: 'COMPLETED',
  startedAt: edit.startedAt,
  attempts: edit.attempts,
  endedAt: now.toISOString(),
  ...result,
});

export const fail = (edit: Open, reason: string, now: Date): In<'FAILED'> => ({
  ...pickRequest(edit),
  status: 'FAILED',
  endedAt: now.toISOString(),
  reason,
});

const pickRequest = (edit: Edit) => ({
  editId: edit.editId,
  initId: edit.initId,
  requestId: edit.requestId,
  prompt: edit.prompt,
  sourceUrl: edit.sourceUrl,
  targetUrl: edit.targetUrl,
  source: edit.source,
  ...(edit.target && { target: edit.target }),
  createdAt: edit.createdAt,
  expiresAt: edit.expiresAt,
});

/**
 * A message that a worker had comes back within half an hour (its queue hides it for so long after
 * a kill), so after this long without a sign of life there is none any more.
 */
const lostAfterMs = 45 * 60_000;
/** One that nobody had yet may only wait in a long line. Lost is what was never sent. */
const neverStartedMs = 6 * 60 * 60_000;
/** Clocks differ, and a reader's word must stay true: workers call an edit lost a little earlier. */
const clockSkewMs = 5 * 60_000;

/** Whether nobody will finish this edit: what its worker decides on, and all readers after it. */
export const isLost = (edit: Edit, now: Date): edit is Open =>
  isOpen(edit) && now.getTime() > lostAt(edit) - clockSkewMs;

/** An edit as people see it: one that nobody will finish has failed, though nobody was left to write it down. */
export const withLostAsFailed = (edit: Edit, now: Date): Edit =>
  isOpen(edit) && now.getTime() > lostAt(edit)
    ? fail(edit, lostReason, new Date(lostAt(edit)))
    : edit;

export const lostReason = 'No worker finished this edit in time. Please start it again.';

const lostAt = (edit: Open): number => {
  if (edit.status === 'PENDING') return Date.parse(edit.createdAt) + neverStartedMs;
  return Date.parse(edit.lease?.until ?? edit.seenAt) + lostAfterMs;
};

/**
 * Where the result goes: the same place however often a worker tries, and known before the format
 * is. Keys are shown in records, so it holds no id that opens a process.
 */
export const resultKey = (editId: string): string => `edits/${hashEditId(editId)}/result`;
/** Where a stranger's picture is kept while an edit needs it; in the derived bucket. */
export const copyKey = (editId: string, name: 'source' | 'target'): string =>
  `edits/${hashEditId(editId)}/${name}`;
/** The id of the image that the result is. */
export const resultImageId = (editId: string): string => imageIdOf(resultKey(editId));

const hashEditId = (editId: string): string =>
  createHash('sha256').update(`edit ${editId}`).digest('hex').slice(0, 32);

const addMs = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();
