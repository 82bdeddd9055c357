import type { EventSubscribers } from '#lib/events/event-subscribers.ts';
import type { DeliverEventQueue } from './event-delivery.ts';
import { firstMessage } from './payload.ts';
import type { Subscriptions } from './subscription.ts';

type Deps = { subscriptions: Subscriptions; queue: DeliverEventQueue; now: () => Date };

/**
 * Enqueues each event for each active subscription that wants its type. The list is read each time, so
 * that a new subscription misses nothing. An event that comes again is enqueued again, and delivered
 * once: its delivery is stored under its id.
 */
export const notifySubscribers = ({ subscriptions, queue, now }: Deps): EventSubscribers => ({
  async notify(events) {
    if (events.length === 0) return;
    const known = await subscriptions.find();
    const active = (known?.subscriptions ?? []).filter(({ state }) => state === 'active');
    const messages = events.flatMap((event) =>
      active
        .filter((subscription) => subscription.events.includes(event.type))
        .map(({ webhookId }) => firstMessage(webhookId, event, now())),
    );
    await queue.enqueue(messages, 0);
  },
});
