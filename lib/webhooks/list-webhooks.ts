import type { EventAttempt, EventDeliveries } from './event-delivery.ts';
import type { Subscription, Subscriptions } from './subscription.ts';

export type SubscriptionWithAttempts = { subscription: Subscription; attempts: EventAttempt[] };

/** How many attempts a subscription shows: the latest. */
export const maxShownAttempts = 10;

/** All subscriptions with their latest attempts, in the order in which they were created. */
export const listWebhooks = async ({
  subscriptions,
  deliveries,
}: {
  subscriptions: Subscriptions;
  deliveries: EventDeliveries;
}): Promise<SubscriptionWithAttempts[]> => {
  const known = await subscriptions.find();
  return Promise.all(
    (known?.subscriptions ?? []).map(async (subscription) => ({
      subscription,
      attempts: await deliveries.latestAttempts(subscription.webhookId, maxShownAttempts),
    })),
  );
};
