import { z } from 'zod';
import type { DeliveryProgress, WebhookAttempt } from './progress.ts';

/** Requests one attempt to deliver an event to a subscription, not before `due_at`. */
export const DeliverEventMessage = z.object({
  webhook_id: z.string(),
  event_id: z.string(),
  type: z.string(),
  /** JSON: what is sent, the same bytes in every attempt. */
  body: z.string(),
  attempt: z.int(),
  due_at: z.iso.datetime(),
});
export type DeliverEventMessage = z.infer<typeof DeliverEventMessage>;

/** The queue of the worker that delivers. Messages are delivered at least once. */
export interface DeliverEventQueue {
  /** `delaySeconds` is at most 900, the longest delay of SQS. */
  enqueue(messages: readonly DeliverEventMessage[], delaySeconds: number): Promise<void>;
}

export type DeliveryKey = { webhookId: string; eventId: string };
export type EventAttempt = WebhookAttempt & { eventId: string };

/** How far each event has been delivered to each subscription, and the attempts; for some days. */
export interface EventDeliveries {
  /** Strongly consistent. */
  find(key: DeliveryKey): Promise<{ progress: DeliveryProgress; version: number } | undefined>;
  /** False where it is no longer the one that was read. */
  save(
    key: DeliveryKey,
    before: { version: number } | undefined,
    after: DeliveryProgress,
    now: Date,
  ): Promise<boolean>;
  addAttempt(webhookId: string, attempt: EventAttempt): Promise<void>;
  /** At most so many of the latest, oldest first. */
  latestAttempts(webhookId: string, limit: number): Promise<EventAttempt[]>;
}
