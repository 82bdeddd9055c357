import { z } from 'zod';

/** One attempt to deliver, and how it ended. */
export const WebhookAttempt = z.object({
  at: z.iso.datetime(),
  /** The receiver's HTTP status; null where there was no response. */
  status: z.int().nullable(),
  error: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/**
 * The progress of one delivery. A message requests one `attempt` of one `round`; others are stale.
 * Delivering it again starts a new round.
 */
export const DeliveryProgress = z.object({
  /** `waiting` for the event; `stopped`: the receiver responded with 410. */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed', 'stopped']),
  round: z.int(),
  /** Attempts made in this round. */
  tries: z.int(),
  /** When the next attempt is due. */
  dueAt: z.iso.datetime().optional(),
  /** The lease of the worker that delivers it. */
  leasedUntil: z.iso.datetime().optional(),
});
export type DeliveryProgress = z.infer<typeof DeliveryProgress>;

/** What a message requests: one attempt, not before `due_at`. */
export type AttemptRequest = { round: number; attempt: number; due_at: string };

/** The longest delay of SQS; a message that is not due yet is sent again. */
const maxDelaySeconds = 900;

/** The attempt that is due next, and how long its message is delayed; undefined where there is none. */
export const nextAttempt = (
  { state, round, tries, dueAt }: DeliveryProgress,
  now: Date,
): { request: AttemptRequest; delaySeconds: number } | undefined => {
  if (state !== 'pending' || !dueAt) return undefined;
  const seconds = Math.ceil((Date.parse(dueAt) - now.getTime()) / 1000);
  return {
    request: { round, attempt: tries, due_at: dueAt },
    delaySeconds: Math.min(maxDelaySeconds, Math.max(0, seconds)),
  };
};
