import type { Event } from '#lib/events/event.ts';
import type { DeliverEventMessage } from './event-delivery.ts';

/** The type of what `POST /api/webhooks/{webhook_id}/test` sends; no webhook subscribes to it. */
export const testEventType = 'webhook.test';

type Sent = Omit<Event, 'type' | 'data'> & { type: string; data: Record<string, unknown> };

/** The message of the first attempt to deliver an event. */
export const firstMessage = (webhookId: string, event: Sent, now: Date): DeliverEventMessage => ({
  webhook_id: webhookId,
  event_id: event.eventId,
  type: event.type,
  body: toBody(event),
  attempt: 0,
  due_at: now.toISOString(),
});

/** As Standard Webhooks recommends: type, when it happened, and data. */
const toBody = ({ type, at, data }: Sent): string => JSON.stringify({ type, timestamp: at, data });
