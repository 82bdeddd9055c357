import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ErrorCode, errorCodeNames } from '#lib/error-codes.ts';
import { imageIdOf } from '#lib/images/image.ts';

const Time = z.iso.datetime();

/** A source picture: an image of ours at one revision, or a copy of a fetched one. */
export const SourceImage = z.discriminatedUnion('from', [
  z.object({ from: z.literal('image'), key: z.string(), etag: z.string() }),
  /** In the derived bucket, where it is no image; deleted when the edit ends. */
  z.object({ from: z.literal('copy'), key: z.string() }),
]);
export type SourceImage = z.infer<typeof SourceImage>;

const requested = {
  editId: z.string(),
  initId: z.string(),
  requestId: z.string(),
  prompt: z.string(),
  /** As in the request. */
  sourceUrl: z.string(),
  targetUrl: z.string().nullable(),
  source: SourceImage,
  target: SourceImage.optional(),
  createdAt: Time,
  /** When its session expires, and it with it. */
  expiresAt: Time,
};

const started = { startedAt: Time, attempts: z.int() };

/** One worker's exclusive lease. It expires, because a killed worker does not release it. */
const Lease = z.object({ worker: z.string(), until: Time });

/** An edit of a picture and its progress. The last two states are final. */
export const Edit = z.discriminatedUnion('status', [
  z.object({ status: z.literal('PENDING'), ...requested }),
  z.object({
    status: z.literal('PROCESSING'),
    ...requested,
    ...started,
    /** Null between two deliveries of its message. */
    lease: Lease.nullable(),
    /** When a worker last wrote here. */
    seenAt: Time,
    /** How many calls of the provider have an unknown outcome. */
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
    /** Of the result's object; an edit of an older release has none. */
    etag: z.string().optional(),
  }),
  z.object({
    status: z.literal('FAILED'),
    ...requested,
    endedAt: Time,
    reason: z.string(),
    /** Earlier releases stored none. */
    code: z.enum(errorCodeNames).optional().catch(undefined),
  }),
]);
export type Edit = z.infer<typeof Edit>;
export type In<Status extends Edit['status']> = Extract<Edit, { status: Status }>;
export type Open = In<'PENDING' | 'PROCESSING'>;

/** Whether an edit has not ended. */
export const isOpen = (edit: Edit): edit is Open =>
  edit.status === 'PENDING' || edit.status === 'PROCESSING';

/** Whether this worker holds the lease; a slow one, whose lease another has acquired, does not. */
export const isHeldBy = (edit: Edit | undefined, worker: string): edit is In<'PROCESSING'> =>
  edit?.status === 'PROCESSING' && edit.lease?.worker === worker;

/** Milliseconds for which another worker still holds the lease; 0 where none does. */
export const leaseRemainingMs = (edit: Open, worker: string, now: Date): number =>
  edit.status === 'PROCESSING' && edit.lease && edit.lease.worker !== worker
    ? Math.max(0, Date.parse(edit.lease.until) - now.getTime())
    : 0;

type LeaseRequest = { worker: string; attempts: number; now: Date; leaseMs: number };

/** The edit with a lease for this worker, which starts it, or continues where another was killed. */
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

/** The edit with one more call of the provider. Saved before the call, so that a killed worker leaves a trace of it. */
export const recordCall = (
  edit: In<'PROCESSING'>,
  { worker, now, leaseMs }: Omit<LeaseRequest, 'attempts'>,
): In<'PROCESSING'> => ({
  ...edit,
  lease: { worker, until: addMs(now, leaseMs) },
  seenAt: now.toISOString(),
  unanswered: edit.unanswered + 1,
});

/** The edit without its lease, for the next delivery of its message. `unpaid`: the provider did nothing. */
export const release = (
  edit: In<'PROCESSING'>,
  { now, unpaid }: { now: Date; unpaid: boolean },
): In<'PROCESSING'> => ({
  ...edit,
  lease: null,
  seenAt: now.toISOString(),
  unanswered: edit.unanswered - (unpaid ? 1 : 0),
});

/** The edit as completed. */
export const complete = (
  edit: In<'PROCESSING'>,
  {
    provider,
    model,
    durationMs,
    etag,
  }: { provider: string; model: string; durationMs: number; etag: string },
  now: Date,
): In<'COMPLETED'> => ({
  ...pickRequest(edit),
  status: 'COMPLETED',
  startedAt: edit.startedAt,
  attempts: edit.attempts,
  endedAt: now.toISOString(),
  provider,
  model,
  durationMs,
  etag,
});

/** Why an edit failed: a code, and a sentence. */
export type EditFailure = { code: ErrorCode; reason: string };

/** The edit as failed. */
export const fail = (edit: Open, { code, reason }: EditFailure, now: Date): In<'FAILED'> => ({
  ...pickRequest(edit),
  status: 'FAILED',
  endedAt: now.toISOString(),
  reason,
  code,
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
 * A message that was received is delivered again within half an hour (its visibility timeout), so
 * after this long without a write there is no message any more.
 */
const lostAfterMs = 45 * 60_000;
/** A message that was never received may only wait in a long queue; after this long it was never sent. */
const neverStartedMs = 6 * 60 * 60_000;
/** Clocks differ, and what readers were shown must stay true: workers fail a lost edit a little earlier. */
const clockSkewMs = 5 * 60_000;

/** Whether no worker will finish this edit. Workers decide on it; readers use withLostAsFailed. */
export const isLost = (edit: Edit, now: Date): edit is Open =>
  isOpen(edit) && now.getTime() > lostAt(edit) - clockSkewMs;

/** An edit as clients see it: one that no worker will finish has failed, although no worker recorded that. */
export const withLostAsFailed = (edit: Edit, now: Date): Edit =>
  isOpen(edit) && now.getTime() > lostAt(edit)
    ? fail(edit, lostEdit, new Date(lostAt(edit)))
    : edit;

/** The code of a failed edit of any release. */
export const editErrorCode = ({ code }: In<'FAILED'>): ErrorCode => code ?? 'edit_failed';

/** Why a lost edit failed. */
export const lostEdit: EditFailure = {
  code: 'edit_lost',
  reason: 'No worker finished this edit in time. Please start it again.',
};

const lostAt = (edit: Open): number => {
  if (edit.status === 'PENDING') return Date.parse(edit.createdAt) + neverStartedMs;
  return Date.parse(edit.lease?.until ?? edit.seenAt) + lostAfterMs;
};

/**
 * The key of the result: the same for every attempt, and known before the format is. Keys are shown in
 * records, so it contains no id that opens a session.
 */
export const resultKey = (editId: string): string => `edits/${hashEditId(editId)}/result`;
/** The key of a fetched picture while an edit needs it; in the derived bucket. */
export const copyKey = (editId: string, name: 'source' | 'target'): string =>
  `edits/${hashEditId(editId)}/${name}`;
/** The id of the image that the result is. */
export const resultImageId = (editId: string): string => imageIdOf(resultKey(editId));

const hashEditId = (editId: string): string =>
  createHash('sha256').update(`edit ${editId}`).digest('hex').slice(0, 32);

const addMs = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();
