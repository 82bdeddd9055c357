import { advanceBatch } from './advance-batch.ts';
import type { Batch } from './batch.ts';
import { allRows, type Batches, type Rows } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { updateBatch } from './update-batch.ts';

type Deps = { batches: Batches; rows: Rows; batchQueues: BatchQueues; now: () => Date };

/**
 * Ends a batch whose CSV could not be fetched or read in any attempt. One that has rows is left to
 * sweep-batches, which enqueues it once more.
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
 * Stops writing the rows of a batch, so that it ends with those that exist: each of them still gets its
 * outcome, and the batch says which products have none. Without any row it ends at once.
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
      const code = 'retries_exhausted';
      if (written === 0) return { ...known, work: { state: 'refused', endedAt: at, reason, code } };
      const isWhole = written === known.total?.products; // it was only not recorded
      const running = { ...known, work: { state: 'running', since: at } } as const;
      return isWhole ? running : { ...running, cut: { written, reason } };
    },
    deps,
  );
  if (batch) await advanceBatch(batch, deps);
};

/** Rows are written in order, and some may exist beyond the checkpoint. */
const findLastRow = async (
  requestId: string,
  checkpoint: number,
  deps: { rows: Rows },
): Promise<number> => {
  let last = checkpoint;
  for await (const rows of allRows(requestId, deps, checkpoint)) last = rows.at(-1)?.number ?? last;
  return last;
};
