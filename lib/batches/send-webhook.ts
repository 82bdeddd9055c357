import { enqueueWebhook } from './advance-batch.ts';
import { type Batch, batchStatus, type Webhook } from './batch.ts';
import type { Batches } from './batches.ts';
import type { BatchQueues, WebhookMessage } from './messages.ts';
import { percentage } from './progress.ts';
import { updateBatch } from './update-batch.ts';

/** A receiver's response to a delivery. Only a 2xx is ok; `gone` is 410: it wants no more deliveries. */
export type WebhookResponse =
  | { ok: true; status: number }
  | {
      ok: false;
      status: number | null;
      error: string;
      gone?: true;
      retryAfterSeconds?: number;
    };

/** Signs and sends a webhook as Standard Webhooks says. Never throws for what the receiver does. */
export type SendWebhook = (delivery: {
  id: string;
  url: string;
  body: string;
}) => Promise<WebhookResponse>;

type Deps = {
  batches: Batches;
  batchQueues: BatchQueues;
  send: SendWebhook;
  /** Seconds from each failed attempt to the next. */
  schedule: readonly number[];
  now: () => Date;
};

/** Longer than an attempt can take; after that, its worker must have been killed. */
const leaseMs = 60_000;
/** How many attempts a record stores: the latest, of several rounds. */
const maxAttempts = 50;
const maxRetryAfterSeconds = 86_400;

/** Another worker is delivering this webhook, or was killed doing so. */
class BeingDeliveredError extends Error {
  override readonly name = 'BeingDeliveredError';
  readonly retryAfterSeconds = leaseMs / 1000;
}

/**
 * Makes one attempt to notify the receiver that a batch has ended. The attempt is leased first, so that
 * a message delivered twice makes it once; if the function is killed between the receiver's response
 * and our record of it, it is made again with the same `webhook-id`, by which receivers recognize it.
 */
export const sendWebhook = async (message: WebhookMessage, deps: Deps): Promise<void> => {
  const { batches, batchQueues, send, now } = deps;
  const { request_id: requestId, round, attempt } = message;
  const known = (await batches.find(requestId))?.batch;
  if (!known || !isOpen(known.webhook, message)) {
    if (known?.webhook?.round === round) await enqueueWebhook(known, deps); // delivered twice
    return;
  }
  // SQS delays a message by 15 minutes at most.
  if (Date.parse(message.due_at) > now().getTime())
    return enqueueWebhook(known, { batchQueues, now });

  const leasedUntil = new Date(now().getTime() + leaseMs).toISOString();
  const { batch, changed } = await updateBatch(
    requestId,
    (current) => {
      const { webhook } = current;
      if (!isOpen(webhook, message)) return undefined;
      if (webhook.leasedUntil && webhook.leasedUntil > now().toISOString())
        throw new BeingDeliveredError(`The webhook of ${requestId} is being delivered.`);
      return { ...current, webhook: { ...webhook, leasedUntil } };
    },
    deps,
  );
  if (!changed || !batch?.webhook) return;

  const at = now().toISOString();
  const response = await send({
    id: `msg_${requestId}`,
    url: batch.webhook.url,
    body: toBody(batch),
  });
  const { batch: after } = await updateBatch(
    requestId,
    ({ webhook, ...rest }) =>
      isOpen(webhook, message)
        ? { ...rest, webhook: afterAttempt(webhook, response, at, attempt, deps) }
        : undefined,
    deps,
  );
  if (after) await enqueueWebhook(after, deps);
};

const isOpen = (
  webhook: Webhook | undefined,
  { round, attempt }: WebhookMessage,
): webhook is Webhook =>
  webhook?.state === 'pending' && webhook.round === round && webhook.tries === attempt;

const afterAttempt = (
  { leasedUntil: _, dueAt: __, ...webhook }: Webhook,
  response: WebhookResponse,
  at: string,
  attempt: number,
  { schedule, now }: Deps,
): Webhook => {
  const { status } = response;
  const error = response.ok ? null : response.error;
  const made: Webhook = {
    ...webhook,
    tries: webhook.tries + 1,
    attempts: [...webhook.attempts, { at, status, error }].slice(-maxAttempts),
  };
  if (response.ok) return { ...made, state: 'delivered' };
  if (response.gone) return { ...made, state: 'stopped' };
  const wait = schedule[attempt];
  if (wait === undefined) return { ...made, state: 'failed' };
  const seconds = Math.max(wait, Math.min(response.retryAfterSeconds ?? 0, maxRetryAfterSeconds));
  return { ...made, dueAt: new Date(now().getTime() + seconds * 1000).toISOString() };
};

/** The same for every attempt, so that receivers can compare. */
const toBody = (batch: Batch): string => {
  const { requestId, total, work } = batch;
  const counts = work.state === 'ended' ? work.counts : { products: 0, images: 0 };
  return JSON.stringify({
    request_id: requestId,
    status: batchStatus(batch),
    total_products: total?.products ?? 0,
    processed_products: counts.products,
    completion_percentage: percentage(counts.images, total?.images ?? 0),
    timestamp: 'endedAt' in work ? work.endedAt : batch.updatedAt,
  });
};
