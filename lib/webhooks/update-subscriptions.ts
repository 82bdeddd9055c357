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

/** Undefined where there is none with this id. */
export const findSubscription = async (
  webhookId: string,
  { subscriptions }: { subscriptions: Subscriptions },
): Promise<Subscription | undefined> => {
  const known = await subscriptions.find();
  return known?.subscriptions.find((subscription) => subscription.webhookId === webhookId);
};
