import { createHash } from 'node:crypto';
import { type Batch, batchFailure, batchStatus, hasEnded } from '#lib/batches/batch.ts';
import { type Edit, editErrorCode, isOpen } from '#lib/edits/edit.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import { failureOf, type Image, processedAtOf, statusOf } from '#lib/images/image.ts';
import type { Change } from './changes.ts';
import type { Event, EventType } from './event.ts';

type Happened = { type: EventType; at: string | undefined; data: Event['data'] };

/**
 * What happened, seen from outside, in a change: a function of the record before and after it. `changeId`
 * names the change, so that a change that is delivered twice has events with the same ids; `at` is when
 * it was made, for records that do not say when they ended.
 */
export const deriveEvents = (
  change: Change,
  { changeId, at }: { changeId: string; at: Date },
): Event[] =>
  findHappened(change).map(({ type, at: endedAt, data }) => ({
    eventId: buildEventId(changeId, type),
    type,
    at: endedAt ?? at.toISOString(),
    data,
  }));

const buildEventId = (changeId: string, type: EventType): string =>
  `evt_${createHash('sha256').update(`${changeId} ${type}`).digest('hex').slice(0, 32)}`;

const findHappened = (change: Change): Happened[] => {
  if (change.record === 'image') return imageEvents(change.before, change.after);
  if (change.record === 'batch') return batchEvents(change.before, change.after);
  return editEvents(change.before, change.after);
};

const imageEvents = (before: Image | undefined, after: Image | undefined): Happened[] => {
  const [old, now] = [unlessDeleted(before), unlessDeleted(after)];
  if (old && !now) {
    const data = { image_id: old.imageId, status: 'deleted', error: null, error_code: null };
    return [{ type: 'image.deleted', at: undefined, data }];
  }
  if (!now) return [];
  const status = statusOf(now);
  // A replaced object may fail as the one before did.
  if (old && statusOf(old) === status && old.rev === now.rev) return [];
  if (status !== 'done' && status !== 'failed') return [];
  const data = { image_id: now.imageId, status, ...toErrors(failureOf(now)) };
  return [{ type: `image.${status}`, at: processedAtOf(now), data }];
};

const toErrors = (failure: { error: string; code: ErrorCode } | null) => ({
  error: failure?.error ?? null,
  error_code: failure?.code ?? null,
});

const unlessDeleted = (image: Image | undefined): Image | undefined =>
  image?.deleted ? undefined : image;

const batchEvents = (before: Batch | undefined, after: Batch | undefined): Happened[] => {
  if (!after || !hasEnded(after) || (before && hasEnded(before))) return [];
  const { requestId, work } = after;
  const errors = toErrors(batchFailure(after));
  const data = { request_id: requestId, status: batchStatus(after), ...errors };
  return [{ type: 'batch.ended', at: 'endedAt' in work ? work.endedAt : undefined, data }];
};

const editEvents = (before: Edit | undefined, after: Edit | undefined): Happened[] => {
  if (!after || isOpen(after) || (before && !isOpen(before))) return [];
  const { editId, status, endedAt } = after;
  const failure =
    after.status === 'FAILED' ? { error: after.reason, code: editErrorCode(after) } : null;
  const data = { edit_id: editId, status, ...toErrors(failure) };
  return [{ type: 'edit.ended', at: endedAt, data }];
};
