import { z } from 'zod';

/** Requests the expansion of a batch into rows. */
export const ExpandMessage = z.object({ request_id: z.string() });
export type ExpandMessage = z.infer<typeof ExpandMessage>;

/** Requests the import of some URLs of one row, from the index `from` up to but not including `to`. */
export const ImportMessage = z.object({
  request_id: z.string(),
  row: z.int(),
  from: z.int(),
  to: z.int(),
  /** Pictures that were fetched, but never registered, are fetched again. */
  again: z.boolean().optional(),
});
export type ImportMessage = z.infer<typeof ImportMessage>;

/** Requests that a batch is closed, if all of its rows have ended or it was cancelled. */
export const CloseMessage = z.object({
  request_id: z.string(),
  /** The rows up to this one are cancelled already. */
  after_row: z.int().optional(),
});
export type CloseMessage = z.infer<typeof CloseMessage>;

/** Requests one attempt to deliver a batch's webhook, not before `due_at`. */
export const WebhookMessage = z.object({
  request_id: z.string(),
  round: z.int(),
  attempt: z.int(),
  due_at: z.iso.datetime(),
});
export type WebhookMessage = z.infer<typeof WebhookMessage>;

/** The queues in front of the batch workers. Messages are delivered at least once. */
export interface BatchQueues {
  expand(message: ExpandMessage): Promise<void>;
  import(messages: readonly ImportMessage[]): Promise<void>;
  close(message: CloseMessage): Promise<void>;
  /** `delaySeconds` is at most 900, the longest delay of SQS; a message that is not due yet is sent again. */
  sendWebhook(message: WebhookMessage, delaySeconds: number): Promise<void>;
  /** True if no message from the first row to the last outcome is waiting or in flight, as far as SQS knows. */
  areIdle(): Promise<boolean>;
}
