import { z } from 'zod';

/** An HTTP response, stored so that the same request gets it again. */
export const StoredReply = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type StoredReply = z.infer<typeof StoredReply>;

const maxBytes = 390_000; // an item of DynamoDB has 400 KB, key and fingerprint included

/** Whether a reply is small enough to be stored. */
export const isReplayable = (reply: StoredReply): boolean =>
  Buffer.byteLength(JSON.stringify(reply)) <= maxBytes;

/**
 * Replies by Idempotency-Key, for 24 hours. A request that began and never finished (its function was
 * killed) stops being `in-progress` after a minute, and may begin again.
 */
export interface IdempotencyRecords {
  /** `other-request`: the same id was used with another fingerprint. Exactly one caller gets `begun`. */
  begin(
    idempotencyId: string,
    fingerprint: string,
    now: Date,
  ): Promise<
    | { state: 'begun' }
    | { state: 'in-progress' }
    | { state: 'other-request' }
    | { state: 'completed'; reply: StoredReply }
  >;
  /** Stores a reply that isReplayable. */
  finish(idempotencyId: string, reply: StoredReply): Promise<void>;
  /** Deletes the record of a request that may succeed when repeated: it may begin again at once. */
  forget(idempotencyId: string): Promise<void>;
}
