import { z } from 'zod';

export const ExpandMessage = z.object({ request_id: z.string() });
export type ExpandMessage = z.infer<typeof ExpandMessage>;

/** Some URLs of one row, from the index `from` up to but not including `to`. */
export const ImportMessage = z.object({
  request_id: z.string(),
  row: z.int(),
  from: z.int(),
  to: z.int(),
  /** Pictures that were fetched, but that nobody has seen arrive, are fetched anew. */
  again: z.boolean().optional(),
});
export type ImportMessage = z.infer<typeof ImportMessage>;

export const CloseMessage = z.object({ request_id: z.string() });
export type CloseMessage = z.infer<typeof CloseMessage>;

/** One attempt to deliver a batch's webhook, not before `due_at`. */
export const WebhookMessage = z.object({
  request_id: z.string(),
  round: z.int(),
  attempt: z.int(),
  due_at: z.iso.datetime(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

/** How the workers of batches are asked. Any message may arrive twice. */
export interface BatchQueues {
  expand(message: ExpandMessage): Promise<void>;
  import(messages: readonly ImportMessage[]): Promise<void>;
  close(message: CloseMessage): Promise<void>;
  /** Waits at most 900 s, SQS' longest delay; a message that is not yet due sends itself on. */
  sendWebhook(message: WebhookMessage, delaySeconds: number): Promise<void>;
  /** True if nobody waits or works between the first row and the last outcome, as far as queues can tell. */
  areIdle(): Promise<boolean>;
}
