import type { Images } from '#lib/images/images.ts';
import { advanceBatch } from './advance-batch.ts';
import { type Batch, hasEnded } from './batch.ts';
import { allRows, type Batches, type Rows } from './batches.ts';
import { toImportMessages } from './expand-batch.ts';
import { truncateBatch } from './give-up.ts';
import { giveUpOnRow } from './import-row.ts';
import type { BatchQueues, ImportMessage } from './messages.ts';
import { recordOutcome } from './record-outcome.ts';
import { hasEndedImage, type Row, rowImageId, rowImageKey } from './row.ts';
import { updateBatch } from './update-batch.ts';

type Deps = {
  batches: Batches;
  rows: Rows;
  images: Images;
  batchQueues: BatchQueues;
  now: () => Date;
  pause: (ms: number) => Promise<unknown>;
  /** Called for each batch whose work no worker finished. */
  onSwept?: (swept: { action: 'requeued' | 'gaveUp'; batch: Batch }) => void;
};

/** Younger work is left alone: its messages may be in flight. */
const oldEnoughMs = 2 * 60_000;
/** Queue depths are approximate; two readings this far apart must both say "empty". */
const betweenReadingsMs = 3000;
const notImported = 'No worker fetched it, although it was requested twice.';
const notExpanded = 'No worker could read the CSV to its end, although it was requested twice.';

/**
 * Finds batches that no queue has a message for: a worker was killed on its message's last receive, an
 * event was lost. Nothing is touched while any queue of theirs has a message. What is missing is
 * enqueued once more; the next time it is recorded as failed. A CSV that no worker reads to its end is
 * truncated, and its rows get their two attempts after that.
 */
export const sweepBatches = async (deps: Deps) => {
  const { batches, now } = deps;
  const before = new Date(now().getTime() - oldEnoughMs);
  const swept = { requeued: 0, gaveUp: 0 };
  let idle: Promise<boolean> | undefined;

  for await (const batch of batches.unfinished(before)) {
    if (batch.updatedAt > before.toISOString()) continue;
    if (hasEnded(batch)) {
      await sweepWebhook(batch, before, deps);
      continue;
    }
    idle ??= areIdle(deps); // read only when a batch may be stuck
    if (!(await idle)) continue;
    const action = await requeueOrGiveUp(batch, before, deps);
    swept[action]++;
    deps.onSwept?.({ action, batch });
  }
  return swept;
};

const areIdle = async ({ batchQueues, pause }: Deps): Promise<boolean> => {
  const first = await batchQueues.areIdle();
  await pause(betweenReadingsMs);
  return first && (await batchQueues.areIdle());
};

/** Each attempt has a message in the queue; one that is long overdue is lost. */
const sweepWebhook = async (batch: Batch, before: Date, deps: Deps): Promise<void> => {
  const { dueAt } = batch.webhook ?? {};
  if (!dueAt || dueAt < before.toISOString()) await advanceBatch(batch, deps);
};

const requeueOrGiveUp = async (
  batch: Batch,
  before: Date,
  deps: Deps,
): Promise<'requeued' | 'gaveUp'> => {
  const { requestId, requeuedAt } = batch;
  const isLastTime = requeuedAt !== undefined && requeuedAt < before.toISOString();
  if (batch.work.state === 'expanding' && isLastTime) {
    await truncateBatch(requestId, { reason: notExpanded }, deps);
    return 'gaveUp';
  }
  if (batch.work.state === 'expanding') await deps.batchQueues.expand({ request_id: requestId });
  else if (!batch.cancelledAt)
    for await (const rows of allRows(requestId, deps))
      for (const row of rows) await sweepRow(requestId, row, isLastTime, deps);
  const { batch: after } = await updateBatch(
    requestId,
    (known) => (hasEnded(known) ? undefined : { ...known, requeuedAt: deps.now().toISOString() }),
    deps,
  );
  if (after) await advanceBatch(after, deps);
  return isLastTime ? 'gaveUp' : 'requeued';
};

/** An image that exists is left to sweep-stuck. */
const sweepRow = async (
  requestId: string,
  row: Row,
  isLastTime: boolean,
  deps: Deps,
): Promise<void> => {
  const { number } = row;
  const messages = toImportMessages(requestId, row);
  const missing = new Set<ImportMessage>();
  for (const [index, entry] of row.images.entries()) {
    if (hasEndedImage(entry)) continue;
    const place = { requestId, number, index };
    const imageId = rowImageId(place, entry.inputUrl);
    if (await deps.images.find(imageId)) {
      const key = rowImageKey(place, entry.inputUrl);
      await recordOutcome({ image_id: imageId, key, request_id: requestId }, deps);
      continue;
    }
    const message = messages.find(({ from, to }) => index >= from && index < to);
    if (message) missing.add(message);
  }
  if (isLastTime)
    for (const message of missing)
      await giveUpOnRow(message, { reason: notImported, lost: true }, deps);
  else await deps.batchQueues.import([...missing].map((message) => ({ ...message, again: true })));
};
