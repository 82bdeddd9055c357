import { updateWithRetry } from '#lib/update-with-retry.ts';
import {
  attemptDelivery,
  type Delivery,
  type DeliveryOutcome,
  type KnownDelivery,
  type SendWebhook,
} from './attempt-delivery.ts';
import { afterDelivery, disable, disabledReasons } from './disable-subscription.ts';
import type { DeliverEventMessage, DeliverEventQueue, EventDeliveries } from './event-delivery.ts';
import { testEventType } from './payload.ts';
import type { DeliveryProgress } from './progress.ts';
import type { Subscription, Subscriptions } from './subscription.ts';
import { findSubscription, updateSubscription } from './update-subscriptions.ts';

type Deps = {
  subscriptions: Subscriptions;
  deliveries: EventDeliveries;
  queue: DeliverEventQueue;
  send: SendWebhook;
  /** Seconds from each failed attempt to the next. */
  schedule: readonly number[];
  random: () => number;
  now: () => Date;
};

/**
 * Makes one attempt to deliver an event to a subscription. One that was deleted or disabled gets nothing.
 * A test event is attempted once: the client that requested it reads the result. A receiver that answers
 * 410, or to which nothing can be delivered for days, disables its subscription. Returns how the attempt
 * ended; undefined where none was due.
 */
export const deliverEvent = async (
  message: DeliverEventMessage,
  deps: Deps,
): Promise<DeliveryOutcome | undefined> => {
  const subscription = await findSubscription(message.webhook_id, deps);
  if (subscription?.state !== 'active') return undefined;

  const update = (decide: (known: Subscription) => Subscription | undefined) =>
    updateSubscription(message.webhook_id, decide, deps);
  const send: SendWebhook = async (request) => {
    const response = await deps.send(request);
    // Before the attempt is recorded: a repeated message would find nothing to do.
    if (!response.ok && response.gone)
      await update((known) => disable(known, disabledReasons.gone));
    return response;
  };
  const isTest = message.type === testEventType;
  const outcome = await attemptDelivery(
    { round: 1, attempt: message.attempt, due_at: message.due_at },
    eventDelivery(message, subscription.url, deps),
    { ...deps, send, schedule: isTest ? [] : deps.schedule },
  );
  // After a kill before this, the end of the next delivery has the same effect.
  if (outcome && !isTest && afterDelivery(subscription, outcome.state, deps.now()))
    await update((known) => afterDelivery(known, outcome.state, deps.now()));
  return outcome;
};

/** The delivery of one event to one subscription; it is stored when its first attempt begins. */
const eventDelivery = (
  message: DeliverEventMessage,
  url: string,
  { deliveries, queue, now }: Pick<Deps, 'deliveries' | 'queue' | 'now'>,
): Delivery => {
  const { webhook_id: webhookId, event_id: eventId, body } = message;
  const key = { webhookId, eventId };
  const notBegun: DeliveryProgress = {
    state: 'pending',
    round: 1,
    tries: 0,
    dueAt: message.due_at,
  };
  const toKnown = (progress: DeliveryProgress): KnownDelivery => ({
    progress,
    request: { id: eventId, url, body },
  });

  return {
    async find() {
      const stored = await deliveries.find(key);
      return toKnown(stored?.progress ?? notBegun);
    },

    async update(decide, attempt) {
      // First, or it would be missing after a kill in between; repeated, it is the same item.
      if (attempt) await deliveries.addAttempt(webhookId, { ...attempt, eventId });
      const { before, after } = await updateWithRetry<
        { progress: DeliveryProgress; version: number },
        DeliveryProgress
      >({
        name: `The delivery of ${eventId} to ${webhookId}`,
        read: () => deliveries.find(key),
        decide: (stored) => decide(stored?.progress ?? notBegun),
        save: (stored, progress) => deliveries.save(key, stored, progress, now()),
      });
      const progress = after ?? before?.progress ?? notBegun;
      return { known: toKnown(progress), changed: after !== undefined };
    },

    enqueue: ({ attempt, due_at }, delaySeconds) =>
      queue.enqueue([{ ...message, attempt, due_at }], delaySeconds),
  };
};
