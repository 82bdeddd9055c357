import type { DeliveryProgress } from './progress.ts';
import type { Subscription } from './subscription.ts';

/** Why a subscription is disabled, as sentences. */
export const disabledReasons = {
  gone: 'Its receiver answered 410: it wants no more webhooks.',
  failing: 'Every delivery failed for five days.',
} as const;

const maxFailingMs = 5 * 24 * 3600 * 1000;

/**
 * A subscription after one of its deliveries has ended; undefined where that changes nothing. The first
 * delivery that failed after all its attempts starts the five days, and one that succeeds ends them, so
 * that an event that a receiver cannot handle does not disable it. What is about to be tried again does
 * not count, and the list is saved only when a receiver begins or stops failing.
 */
export const afterDelivery = (
  subscription: Subscription,
  state: DeliveryProgress['state'],
  now: Date,
): Subscription | undefined => {
  const { failingSince, ...rest } = subscription;
  if (state === 'delivered') return failingSince ? rest : undefined;
  if (state !== 'failed' || rest.state === 'disabled') return undefined;
  if (!failingSince) return { ...rest, failingSince: now.toISOString() };
  if (now.getTime() - Date.parse(failingSince) < maxFailingMs) return undefined;
  return disable(subscription, disabledReasons.failing);
};

export const disable = (subscription: Subscription, reason: string): Subscription => ({
  ...subscription,
  state: 'disabled',
  reason,
});
