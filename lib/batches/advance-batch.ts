import { nextAttempt } from '#lib/webhooks/progress.ts';
import { type Batch, expectedRows, hasEnded } from './batch.ts';
import type { Batches, Rows } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { hasEndedImage, type Row } from './row.ts';
import { updateBatch } from './update-batch.ts';

type Deps = { batches: Batches; rows: Rows; batchQueues: BatchQueues; now: () => Date };

/** After a row has ended: enqueues close-batch if it was the last one. */
export const advanceAfterRow = async (
  requestId: string,
  row: Row,
  deps: Omit<Deps, 'now'>,
): Promise<void> => {
  if (!row.images.every(hasEndedImage)) return;
  const batch = (await deps.batches.find(requestId))?.batch;
  if (batch) await enqueueClose(batch, deps);
};

/** Enqueues the next step of a batch: close-batch or send-webhook. Twice changes nothing. */
export const advanceBatch = async (batch: Batch, deps: Deps): Promise<void> => {
  if (batch.cancelledAt && batch.work.state === 'running')
    return deps.batchQueues.close({ request_id: batch.requestId });
  if (!hasEnded(batch)) return enqueueClose(batch, deps);
  const { webhook } = batch;
  if (webhook?.state === 'waiting') {
    const { batch: after } = await updateBatch(
      batch.requestId,
      ({ webhook: known, ...rest }) =>
        known?.state === 'waiting'
          ? { ...rest, webhook: { ...known, state: 'pending', dueAt: deps.now().toISOString() } }
          : undefined,
      deps,
    );
    if (after) await enqueueWebhook(after, deps);
  } else await enqueueWebhook(batch, deps);
};

const enqueueClose = async (
  batch: Batch,
  { rows, batchQueues }: Pick<Deps, 'rows' | 'batchQueues'>,
): Promise<void> => {
  const { requestId, work } = batch;
  const isDue =
    work.state === 'closing' ||
    (work.state === 'running' && (await rows.counts(requestId)).products === expectedRows(batch));
  if (isDue) await batchQueues.close({ request_id: requestId });
};

/** Sends the message for the attempt that is due next, if there is one. */
export const enqueueWebhook = async (
  { requestId, webhook }: Batch,
  { batchQueues, now }: Pick<Deps, 'batchQueues' | 'now'>,
): Promise<void> => {
  const next = webhook && nextAttempt(webhook, now());
  if (next)
    await batchQueues.sendWebhook({ request_id: requestId, ...next.request }, next.delaySeconds);
};
