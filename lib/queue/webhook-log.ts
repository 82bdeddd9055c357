import type { WebhookMessage } from '#lib/batches/messages.ts';
import type { DeliveryOutcome } from '#lib/webhooks/attempt-delivery.ts';
import type { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import type { LogOptions } from './consumer.ts';

type Outcome = DeliveryOutcome | undefined;

/** How an attempt ended; a warning where it failed, which is for the receiver to mend. */
const describeOutcome = (outcome: Outcome) => ({
  fields: outcome
    ? {
        state: outcome.state,
        receiver_status: outcome.status,
        ...(outcome.error !== null && { reason: outcome.error }),
      }
    : { state: 'stale' }, // not due yet, or no longer wanted
  ...(outcome && outcome.error !== null && { level: 'warn' as const }),
});

/** What send-webhook logs beside the message. */
export const batchWebhookLog: LogOptions<WebhookMessage, Outcome> = {
  outcome: describeOutcome,
};

/** What deliver-event logs beside the message. */
export const eventWebhookLog: LogOptions<DeliverEventMessage, Outcome> = {
  outcome: (outcome, { webhook_id, event_id, type }) => {
    const { fields, ...level } = describeOutcome(outcome);
    return { fields: { webhook_id, event_id, type, ...fields }, ...level };
  },
};
