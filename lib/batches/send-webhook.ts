import {
  attemptDelivery,
  type Delivery,
  type SendWebhook,
  type WebhookRequest,
} from '#lib/webhooks/attempt-delivery.ts';
import { type Batch, batchStatus } from './batch.ts';
import type { Batches } from './batches.ts';
import type { BatchQueues, WebhookMessage } from './messages.ts';
import { percentage } from './progress.ts';
import { updateBatch } from './update-batch.ts';

type Deps = {
  batches: Batches;
  batchQueues: BatchQueues;
  send: SendWebhook;
  /** Seconds from each failed attempt to the next. */
  schedule: readonly number[];
  random: () => number;
  now: () => Date;
};

/** How many attempts a record stores: the latest, of several rounds. */
const maxAttempts = 50;

/** Makes one attempt to notify the receiver that a batch has ended. */
export const sendWebhook = (message: WebhookMessage, deps: Deps) =>
  attemptDelivery(message, batchDelivery(message.request_id, deps), deps);

/** The delivery of a batch's webhook; its progress is part of the batch. */
const batchDelivery = (
  requestId: string,
  { batches, batchQueues, now }: Pick<Deps, 'batches' | 'batchQueues' | 'now'>,
): Delivery => ({
  async find() {
    const known = await batches.find(requestId);
    return known && toDelivery(known.batch);
  },

  async update(decide, attempt) {
    const { batch, changed } = await updateBatch(
      requestId,
      ({ webhook, ...rest }) => {
        const progress = webhook && decide(webhook);
        if (!progress) return undefined;
        const attempts = [...webhook.attempts, ...(attempt ? [attempt] : [])].slice(-maxAttempts);
        return { ...rest, webhook: { ...progress, url: webhook.url, attempts } };
      },
      { batches, now },
    );
    return { known: batch && toDelivery(batch), changed };
  },

  enqueue: (request, delaySeconds) =>
    batchQueues.sendWebhook({ request_id: requestId, ...request }, delaySeconds),
});

const toDelivery = (batch: Batch) =>
  batch.webhook && { progress: batch.webhook, request: toRequest(batch, batch.webhook.url) };

const toRequest = (batch: Batch, url: string): WebhookRequest => {
  const { requestId, total, work, baseUrl } = batch;
  const counts = work.state === 'ended' ? work.counts : { products: 0, images: 0, failed: 0 };
  const body = JSON.stringify({
    type: 'batch.ended',
    timestamp: 'endedAt' in work ? work.endedAt : batch.updatedAt,
    request_id: requestId,
    status: batchStatus(batch),
    total_products: total?.products ?? 0,
    processed_products: counts.products,
    failed_images: counts.failed,
    completion_percentage: percentage(counts.images, total?.images ?? 0),
    // A CSV that was refused has no results.
    results_url: work.state === 'ended' ? `${baseUrl}/api/batches/${requestId}/results` : null,
  });
  return { id: `msg_${requestId}`, url, body };
};
