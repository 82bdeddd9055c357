import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { disabledReasons } from './disable-subscription.ts';
import type { DeliverEventQueue } from './event-delivery.ts';
import { firstMessage, testEventType } from './payload.ts';
import type { Subscriptions } from './subscription.ts';
import { findSubscription } from './update-subscriptions.ts';

type Deps = {
  subscriptions: Subscriptions;
  queue: DeliverEventQueue;
  newId: () => string;
  now: () => Date;
};

/** Sends a test event to a subscription, whatever it subscribed to. Throws a Problem where it cannot. */
export const testWebhook = async (
  webhookId: string,
  deps: Deps,
): Promise<{ webhookId: string; eventId: string }> => {
  const subscription = await findSubscription(webhookId, deps);
  if (!subscription) throw notFound('webhook_not_found');
  if (subscription.state === 'disabled')
    throw new Problem(
      'webhook_disabled',
      `The webhook is disabled. ${subscription.reason ?? disabledReasons.gone} Delete it, and create another.`,
    );
  const eventId = `evt_test_${deps.newId()}`;
  const now = deps.now();
  const event = {
    eventId,
    type: testEventType,
    at: now.toISOString(),
    data: { webhook_id: webhookId },
  };
  await deps.queue.enqueue([firstMessage(webhookId, event, now)], 0);
  return { webhookId, eventId };
};
