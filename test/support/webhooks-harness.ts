import type { Event, EventType } from '#lib/events/event.ts';
import { explainUnusableUrl } from '#lib/web/unusable-url.ts';
import type { WebhookRequest, WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { createWebhook } from '#lib/webhooks/create-webhook.ts';
import { deleteWebhook } from '#lib/webhooks/delete-webhook.ts';
import { deliverEvent } from '#lib/webhooks/deliver-event.ts';
import type { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import { listWebhooks } from '#lib/webhooks/list-webhooks.ts';
import { notifySubscribers } from '#lib/webhooks/notify-subscribers.ts';
import { testWebhook } from '#lib/webhooks/test-webhook.ts';
import {
  inMemoryDeliverEventQueue,
  inMemoryEventDeliveries,
  inMemorySubscriptions,
} from './in-memory-webhooks.ts';
import { killableProcess } from './killable-process.ts';

/** An event of an image. */
export const anEvent = (eventId: string, type: EventType = 'image.done'): Event => ({
  eventId,
  type,
  at: '2026-11-30T09:59:59.000Z',
  data: { image_id: 'an-image', status: 'done', error: null, error_code: null },
});

/**
 * Webhooks in memory: the real use cases with in-memory adapters, a clock that a test moves, and a
 * worker that it may kill at any write. The waits between attempts are 5 s and 60 s.
 */
export const webhooksHarness = () => {
  let time = Date.parse('2026-11-30T10:00:00.000Z');
  let ids = 0;
  const now = () => new Date(time);
  const worker = killableProcess();
  const subscriptions = inMemorySubscriptions();
  const deliveries = inMemoryEventDeliveries();
  const queue = inMemoryDeliverEventQueue();
  const receiver = {
    requests: [] as WebhookRequest[],
    /** The response to the n-th request, from 1. */
    answer: (_n: number, _request: WebhookRequest): WebhookResponse => ({ ok: true, status: 204 }),
  };
  const deps = {
    subscriptions: { ...subscriptions, save: worker.writing(subscriptions.save) },
    deliveries: {
      find: worker.reading(deliveries.find),
      save: worker.writing(deliveries.save),
      addAttempt: worker.writing(deliveries.addAttempt),
      latestAttempts: deliveries.latestAttempts,
    },
    queue: { enqueue: worker.writing(queue.enqueue) },
    send: worker.writing(async (request: WebhookRequest) => {
      receiver.requests.push(request);
      return receiver.answer(receiver.requests.length, request);
    }),
    schedule: [5, 60],
    random: () => 0,
    explainUnusableUrl: explainUnusableUrl([]),
    canSign: true,
    newId: () => `webhook-${++ids}`,
    now,
  };

  const next = () => {
    const message = queue.waiting.shift();
    if (!message) throw new Error('No message waits.');
    return message;
  };
  const pass = (ms: number) => {
    time += ms;
  };

  return {
    deps,
    worker,
    waiting: queue.waiting,
    receiver,
    pass,
    next,
    create: (events: EventType[] = ['image.done'], url = 'https://hook.example/') =>
      createWebhook({ url, events }, deps),
    list: () => listWebhooks({ subscriptions, deliveries }),
    delete: (webhookId: string) => deleteWebhook(webhookId, { subscriptions }),
    test: (webhookId: string) => testWebhook(webhookId, { ...deps, subscriptions }),
    notify: (...events: Event[]) => notifySubscribers({ ...deps, subscriptions }).notify(events),
    work: (message: DeliverEventMessage) => deliverEvent(message, deps),
    /** Handles the oldest message when it is due; returns its delay in seconds. */
    deliver: async () => {
      const { message, delaySeconds } = next();
      pass(delaySeconds * 1000);
      await deliverEvent(message, deps);
      return delaySeconds;
    },
    /** Handles messages until none is left. */
    deliverAll: async () => {
      while (queue.waiting.length > 0) {
        const { message, delaySeconds } = next();
        pass(delaySeconds * 1000);
        await deliverEvent(message, deps);
      }
    },
  };
};
