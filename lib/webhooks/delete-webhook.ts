import { notFound } from '#lib/not-found.ts';
import type { Subscriptions } from './subscription.ts';
import { updateSubscriptions } from './update-subscriptions.ts';

/**
 * Ends a subscription: messages that wait for it are dropped when they are received. Throws a Problem
 * where there is none.
 */
export const deleteWebhook = (
  webhookId: string,
  { subscriptions }: { subscriptions: Subscriptions },
): Promise<void> =>
  updateSubscriptions(
    (known) => {
      const others = known.filter((subscription) => subscription.webhookId !== webhookId);
      if (others.length === known.length) throw notFound('webhook_not_found');
      return others;
    },
    { subscriptions },
  );
