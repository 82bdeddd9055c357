import { updateWithRetry } from '#lib/update-with-retry.ts';
import type { Subscription, SubscriptionList, Subscriptions } from './subscription.ts';

/** Updates the list with an optimistic lock; `decide` returns undefined to leave it. */
export const updateSubscriptions = async (
  decide: (subscriptions: readonly Subscription[]) => readonly Subscription[] | undefined,
  { subscriptions }: { subscriptions: Subscriptions },
): Promise<void> => {
  await updateWithRetry<SubscriptionList, readonly Subscription[]>({
    name: 'The list of webhooks',
    read: () => subscriptions.find(),
    decide: (known) => decide(known?.subscriptions ?? []),
    save: (before, after) => subscriptions.save(before, after),
  });
};

/** Updates one subscription likewise; one that was deleted is left alone. */
export const updateSubscription = (
  webhookId: string,
  decide: (subscription: Subscription) => Subscription | undefined,
  deps: { subscriptions: Subscriptions },
): Promise<void> =>
  updateSubscriptions((known) => {
    const subscription = known.find((each) => each.webhookId === webhookId);
    const after = subscription && decide(subscription);
    return after && known.map((each) => (each === subscription ? after : each));
  }, deps);

/** Undefined where there is none with this id. */
export const findSubscription = async (
  webhookId: string,
  { subscriptions }: { subscriptions: Subscriptions },
): Promise<Subscription | undefined> => {
  const known = await subscriptions.find();
  return known?.subscriptions.find((subscription) => subscription.webhookId === webhookId);
};
