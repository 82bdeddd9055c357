import { advanceBatch } from './advance-batch.ts';
import type { Batch } from './batch.ts';
import { allRows, type Batches, type Rows } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { updateBatch } from './update-batch.ts';

type Deps = { batches: Batches; rows: Rows; batchQueues: BatchQueues; now: () => Date };

/**
 * Ends a batch whose CSV could not be brought here, however often it was tried. One that has rows
 * is left to the sweep, which asks for the others once more.
 */
export const giveUpExpansion = async (
  requestId: string,
  { reason }: { reason: string },
  deps: Deps,
): Promise<void> => {
  const { rows } = await deps.rows.page(requestId, { limit: 1, after: 0 });
  if (rows.length === 0) await truncateBatch(requestId, { reason }, deps);
};

/**
 * Writes no more rows of a batch, so that it ends with those that are there: each of them still
 * gets its fact, and the batch says which products were not begun. Without any it ends at once.
 */
export const truncateBatch = async (
  requestId: string,
  { reason }: { reason: string },
  deps: Deps,
): Promise<void> => {
  const work = (await deps.batches.find(requestId))?.batch.work;
  if (work?.state !== 'expanding') return;
  const written = await findLastRow(requestId, work.written, deps);
  const at = deps.now().toISOString();
  const { batch } = await updateBatch(
    requestId,
    ({ requeuedAt: _, ...known }): Batch | undefined => {
      if (known.work.state !== 'expanding') return undefined;
      if (written === 0) return { ...known, work: { state: 'refused', endedAt: at, reason } };
      const isWhole = written === known.total?.products; // only nobody said so
      const running = { ...known, work: { state: 'running', since: at } } as const;
      return isWhole ? running : { ...running, cut: { written, reason } };
    },
    deps,
  );
  if (batch) await advanceBatch(batch, deps);
};

/** Rows are written in order, and some may be there of which no checkpoint tells. */
const findLastRow = async (
  requestId: string,
  checkpoint: number,
  deps: { rows: Rows },
): Promise<number> => {
  let last = checkpoint;
  for await (const rows of allRows(requestId, deps, checkpoint)) last = rows.at(-1)?.number ?? last;
  return last;
};
