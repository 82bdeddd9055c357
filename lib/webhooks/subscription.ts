import { z } from 'zod';
import { EventType } from '#lib/events/event.ts';

/** A receiver of events. */
export const Subscription = z.object({
  webhookId: z.string(),
  url: z.string(),
  events: z.array(EventType),
  /** `disabled`: it gets nothing any more. */
  state: z.enum(['active', 'disabled']),
  /** Why it is disabled, as a sentence. */
  reason: z.string().optional(),
  /** When a delivery ended as failed, where none has succeeded since. */
  failingSince: z.iso.datetime().optional(),
  createdAt: z.iso.datetime(),
});
export type Subscription = z.infer<typeof Subscription>;

/** Each event is a message and a request for each of them. */
export const maxSubscriptions = 20;

export type SubscriptionList = { subscriptions: readonly Subscription[]; version: number };

/** All subscriptions, in the order in which they were created. They are few, and one record. */
export interface Subscriptions {
  /** Strongly consistent; undefined before the first one. */
  find(): Promise<SubscriptionList | undefined>;
  /** False where the list is no longer the one that was read. */
  save(before: SubscriptionList | undefined, after: readonly Subscription[]): Promise<boolean>;
}
