import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { enqueueWebhook } from './advance-batch.ts';
import { type Batch, hasEnded } from './batch.ts';
import type { Batches } from './batches.ts';
import type { BatchQueues } from './messages.ts';
import { updateBatch } from './update-batch.ts';

type Deps = { batches: Batches; batchQueues: BatchQueues; now: () => Date };

/**
 * Delivers the webhook of a batch again: a new round of attempts, with the same `webhook-id`. Throws a
 * Problem where there is no webhook, or the batch has not ended.
 */
export const resendWebhook = async (requestId: string, deps: Deps): Promise<Batch> => {
  const { batch } = await updateBatch(
    requestId,
    (known) => {
      const { webhook } = known;
      if (!webhook)
        throw new Problem('webhook_not_found', 'This batch was started without a webhook_url.');
      if (!hasEnded(known))
        throw new Problem(
          'batch_not_finished',
          'The batch is not finished yet; its webhook is delivered when it is.',
        );
      const { leasedUntil: _, ...rest } = webhook;
      const dueAt = deps.now().toISOString();
      return {
        ...known,
        webhook: { ...rest, state: 'pending', round: webhook.round + 1, tries: 0, dueAt },
      };
    },
    deps,
  );
  if (!batch) throw notFound('batch_not_found');
  await enqueueWebhook(batch, deps);
  return batch;
};
