import type { EventType } from '#lib/events/event.ts';
import { Problem } from '#lib/problem.ts';
import { maxSubscriptions, type Subscription, type Subscriptions } from './subscription.ts';
import { updateSubscriptions } from './update-subscriptions.ts';

/** Why no request will ever be made to a URL, as a sentence; undefined where one may be. */
export type ExplainUnusableUrl = (url: string) => string | undefined;

type Deps = {
  subscriptions: Subscriptions;
  explainUnusableUrl: ExplainUnusableUrl;
  /** Whether a secret to sign webhooks is set. */
  canSign: boolean;
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
  const unusable = deps.explainUnusableUrl(url);
  if (unusable !== undefined) throw new Problem('unprocessable', `url: ${unusable}`);
  if (!deps.canSign) throw new Problem('conflict', unsigned);
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
        'conflict',
        `There are ${maxSubscriptions} webhooks, and more are not possible; delete one first.`,
      );
    return [...known, subscription];
  }, deps);
  return subscription;
};

const unsigned =
  'This Darkroom cannot sign webhooks yet: set WEBHOOK_SECRET or WEBHOOK_SECRET_PARAMETER.';
