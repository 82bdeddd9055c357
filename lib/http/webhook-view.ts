import { z } from 'zod';
import { EventType } from '#lib/events/event.ts';
import { disabledReasons } from '#lib/webhooks/disable-subscription.ts';
import { maxShownAttempts, type SubscriptionWithAttempts } from '#lib/webhooks/list-webhooks.ts';

export const SubscriptionView = z
  .object({
    webhook_id: z.string(),
    url: z.string(),
    events: z.array(EventType),
    state: z
      .enum(['active', 'disabled'])
      .describe('`disabled`: it gets nothing any more; delete it, and create another'),
    reason: z
      .string()
      .nullable()
      .describe(
        'why it is disabled: the receiver responded with 410, or every delivery failed for five days',
      ),
    failing_since: z.iso
      .datetime()
      .nullable()
      .describe('when a delivery failed for good, where none has succeeded since'),
    created_at: z.iso.datetime(),
    attempts: z
      .array(
        z.object({
          at: z.iso.datetime(),
          event_id: z.string().describe('also the `webhook-id` of the request'),
          status: z.int().nullable().describe('null where there was no response'),
          error: z.string().nullable(),
        }),
      )
      .describe(`the latest ${maxShownAttempts} of 15 days, oldest first`),
  })
  .meta({ id: 'WebhookSubscription', description: 'A receiver of events' });
type SubscriptionView = z.infer<typeof SubscriptionView>;

export const DeletedWebhookView = z.object({ webhook_id: z.string(), deleted: z.literal(true) });

export const SentTestView = z
  .object({
    webhook_id: z.string(),
    event_id: z.string().describe('the `webhook-id` of the request; look for it in the attempts'),
  })
  .meta({ id: 'WebhookTest' });

export const toSubscriptionView = ({
  subscription,
  attempts,
}: SubscriptionWithAttempts): SubscriptionView => ({
  webhook_id: subscription.webhookId,
  url: subscription.url,
  events: subscription.events,
  state: subscription.state,
  // Those that were disabled before reasons were stored had answered 410.
  reason: subscription.state === 'active' ? null : (subscription.reason ?? disabledReasons.gone),
  failing_since: subscription.failingSince ?? null,
  created_at: subscription.createdAt,
  attempts: attempts.map(({ at, eventId, status, error }) => ({
    at,
    event_id: eventId,
    status,
    error,
  })),
});
