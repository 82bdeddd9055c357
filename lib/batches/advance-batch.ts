import { type Batch, hasEnded, rowsOf } from './batch.ts';
import type { Batches, Rows } from './batches.ts';
import { changeBatch } from './update-batch.ts';
import type { BatchWorkers } from './messages.ts';
import { isOver, type Row } from './row.ts';

type Deps = { batches: Batches; rows: Rows; workers: BatchWorkers; now: () => Date };

/** After a row has ended: if it was the last one, ask for the batch to be closed. */
export const settleRow = async (
  requestId: string,
  row: Row,
  deps: Omit<Deps, 'now'>,
): Promise<void> => {
  if (!row.images.every(isOver)) return;
  const batch = (await deps.batches.find(requestId))?.batch;
  if (batch) await askToClose(batch, deps);
};

/** Tells whoever comes next in the life of a batch; telling twice changes nothing. */
export const settle = async (batch: Batch, deps: Deps): Promise<void> => {
  if (!hasEnded(batch)) return askToClose(batch, deps);
  const { webhook } = batch;
  if (webhook?.state === 'waiting') {
    const { batch: after } = await changeBatch(
      batch.requestId,
      ({ webhook: known, ...rest }) =>
        known?.state === 'waiting'
          ? { ...rest, webhook: { ...known, state: 'pending', dueAt: deps.now().toISOString() } }
          : undefined,
      deps,
    );
    if (after) await askForWebhook(after, deps);
  } else await askForWebhook(batch, deps);
};

const askToClose = async (
  batch: Batch,
  { rows, workers }: Pick<Deps, 'rows' | 'workers'>,
): Promise<void> => {
  const { requestId, work } = batch;
  const isDue =
    work.state === 'closing' ||
    (work.state === 'running' && (await rows.counts(requestId)).products === rowsOf(batch));
  if (isDue) await workers.close({ request_id: requestId });
};

/** SQS' longest delay. */
const longestDelaySeconds = 900;

/** Sends the message for the attempt that is due next, if there is one. */
export const askForWebhook = async (
  { requestId, webhook }: Batch,
  { workers, now }: Pick<Deps, 'workers' | 'now'>,
): Promise<void> => {
  if (webhook?.state !== 'pending' || !webhook.dueAt) return;
  const { round, tries, dueAt } = webhook;
  const seconds = Math.ceil((Date.parse(dueAt) - now().getTime()) / 1000);
  await workers.sendWebhook(
    { request_id: requestId, round, attempt: tries, due_at: dueAt },
    Math.min(longestDelaySeconds, Math.max(0, seconds)),
  );
};
