import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { advanceBatch } from './advance-batch.ts';
import { type Batch, hasEnded } from './batch.ts';
import type { Batches, Rows } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { updateBatch } from './update-batch.ts';

type Deps = { batches: Batches; rows: Rows; batchQueues: BatchQueues; now: () => Date };

/**
 * Stops an unfinished batch. Workers see it at their next message and fetch nothing more; close-batch
 * cancels what has not ended, and ends the batch as usual, with results and webhook. Safe to repeat.
 * Throws a Problem where there is no such batch, or nothing is left to cancel.
 */
export const cancelBatch = async (requestId: string, deps: Deps): Promise<Batch> => {
  const { batch } = await updateBatch(
    requestId,
    (known) => {
      if (hasEnded(known) || (known.work.state === 'closing' && !known.cancelledAt))
        throw new Problem('batch_ended', 'The batch has ended: there is nothing left to cancel.');
      if (known.cancelledAt) return undefined;
      const cancelledAt = deps.now().toISOString();
      // Before its CSV was read there are no rows to cancel.
      return known.total
        ? { ...known, cancelledAt }
        : { ...known, cancelledAt, work: { state: 'refused', endedAt: cancelledAt, reason } };
    },
    deps,
  );
  if (!batch) throw notFound('batch_not_found');
  await advanceBatch(batch, deps);
  return batch;
};

const reason = 'The batch was cancelled before its CSV was read.';
