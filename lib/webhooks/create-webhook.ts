import type { EventType } from '#lib/events/event.ts';
import { Problem } from '#lib/problem.ts';
import { checkReceiver, type ReceiverRules } from './check-receiver.ts';
import { maxSubscriptions, type Subscription, type Subscriptions } from './subscription.ts';
import { updateSubscriptions } from './update-subscriptions.ts';

type Deps = ReceiverRules & {
  subscriptions: Subscriptions;
  newId: () => string;
  now: () => Date;
};

/**
 * Subscribes a receiver to events from now on. Throws a Problem for a URL that can never work, for a
 * webhook that could not be signed, and for one too many.
 */
export const createWebhook = async (
  { url, events }: { url: string; events: readonly EventType[] },
  deps: Deps,
): Promise<Subscription> => {
  checkReceiver({ field: 'url', url }, deps);
  const subscription: Subscription = {
    webhookId: deps.newId(),
    url,
    events: [...new Set(events)],
    state: 'active',
    createdAt: deps.now().toISOString(),
  };
  await updateSubscriptions((known) => {
    // The SDK repeats a write whose response was lost.
    if (known.some(({ webhookId }) => webhookId === subscription.webhookId)) return undefined;
    if (known.length >= maxSubscriptions)
      throw new Problem(
        'too_many_webhooks',
        `There are ${maxSubscriptions} webhooks, and more are not possible; delete one first.`,
      );
    return [...known, subscription];
  }, deps);
  return subscription;
};
