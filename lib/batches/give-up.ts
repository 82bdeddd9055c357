import type { Batches, Rows } from './batches.ts';
import { changeBatch } from './change-batch.ts';
import { settle } from './end-batch.ts';
import type { BatchWorkers } from './messages.ts';

type Deps = { batches: Batches; rows: Rows; workers: BatchWorkers; now: () => Date };

/** Ends a batch whose CSV could not be brought here, however often it was tried. */
export const giveUpExpanding = async (
  requestId: string,
  { reason }: { reason: string },
  deps: Deps,
): Promise<void> => {
  const { batch } = await changeBatch(
    requestId,
    (known) =>
      known.work.state === 'expanding' && known.work.written === 0
        ? { ...known, work: { state: 'refused', endedAt: deps.now().toISOString(), reason } }
        : undefined,
    deps,
  );
  if (batch) await settle(batch, deps);
};
