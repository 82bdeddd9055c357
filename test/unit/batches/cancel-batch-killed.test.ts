import { describe, expect, it } from 'vitest';
import { batchStatus } from '#lib/batches/batch.ts';
import { requestId } from '#test/support/batch-harness.ts';
import { readStates, startedHarness } from './cancel-harness.ts';

describe('a batch that is cancelled by workers killed at any write', () => {
  it('ends as cancelled, with counters that are those of its rows', async () => {
    for (let write = 1, wasKilled = true; wasKilled; write++) {
      const harness = await startedHarness({ done: 1 });
      await harness.work.import({ request_id: requestId, row: 2, from: 0, to: 1 });
      await harness.app.register(harness.incomingObjects.shift() ?? '');
      await harness.cancel();
      harness.worker.killAfter(write);

      await harness.finish();

      wasKilled = harness.worker.wasKilled();
      expect(batchStatus(await harness.batch()), `write ${write}`).toBe('cancelled');
      expect(await harness.counts()).toEqual({ products: 3, images: 3, failed: 0, cancelled: 2 });
      expect(await readStates(harness)).toEqual(['completed', 'cancelled', 'cancelled']);
    }
  });
});
