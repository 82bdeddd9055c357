import type {
  DeliverEventMessage,
  DeliverEventQueue,
  DeliveryKey,
  EventAttempt,
  EventDeliveries,
} from '#lib/webhooks/event-delivery.ts';
import { DeliveryProgress } from '#lib/webhooks/progress.ts';
import {
  Subscription,
  type SubscriptionList,
  type Subscriptions,
} from '#lib/webhooks/subscription.ts';

/** Subscriptions with the behaviour of the DynamoDB adapter. */
export const inMemorySubscriptions = (): Subscriptions => {
  let stored: SubscriptionList | undefined;
  return {
    find: async () => structuredClone(stored),
    async save(before, after) {
      await undefined; // concurrent calls run here, as during a request
      if (stored?.version !== before?.version) return false;
      const subscriptions = after.map((one) => Subscription.parse(structuredClone(one)));
      stored = { subscriptions, version: (before?.version ?? 0) + 1 };
      return true;
    },
  };
};

/** Deliveries of events with the behaviour of the DynamoDB adapter; nothing expires. */
export const inMemoryEventDeliveries = (): EventDeliveries => {
  const stored = new Map<string, { progress: DeliveryProgress; version: number }>();
  const attempts = new Map<string, Map<string, EventAttempt>>();
  const id = ({ webhookId, eventId }: DeliveryKey) => `${webhookId}#${eventId}`;
  return {
    find: async (key) => structuredClone(stored.get(id(key))),
    async save(key, before, after) {
      await undefined;
      if (stored.get(id(key))?.version !== before?.version) return false;
      const progress = DeliveryProgress.parse(structuredClone(after));
      stored.set(id(key), { progress, version: (before?.version ?? 0) + 1 });
      return true;
    },
    async addAttempt(webhookId, attempt) {
      const own = attempts.get(webhookId) ?? new Map<string, EventAttempt>();
      attempts.set(webhookId, own.set(`${attempt.at}#${attempt.eventId}`, { ...attempt }));
    },
    latestAttempts: async (webhookId, limit) =>
      [...(attempts.get(webhookId) ?? new Map<string, EventAttempt>())]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(-limit)
        .map(([, attempt]) => attempt),
  };
};

/** The queue of the worker that delivers; a test delivers its messages. */
export const inMemoryDeliverEventQueue = (): DeliverEventQueue & {
  waiting: { message: DeliverEventMessage; delaySeconds: number }[];
} => {
  const waiting: { message: DeliverEventMessage; delaySeconds: number }[] = [];
  return {
    waiting,
    async enqueue(messages, delaySeconds) {
      for (const message of messages) waiting.push({ message: { ...message }, delaySeconds });
    },
  };
};
