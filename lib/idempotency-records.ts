import { z } from 'zod';

/** An HTTP answer as it was first given, kept so that the same request gets it again. */
export const StoredReply = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type StoredReply = z.infer<typeof StoredReply>;

const maxBytes = 390_000; // a record of DynamoDB has 400 KB, keys and fingerprint included

/** Whether an answer is short enough to be kept. */
export const isReplayable = (reply: StoredReply): boolean =>
  Buffer.byteLength(JSON.stringify(reply)) <= maxBytes;

/**
 * First answers by Idempotency-Key, for 24 hours. A request that began and never finished (its
 * function was killed) stops being `in-progress` after a minute, and may be begun again.
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
  /** Of an answer that can be kept. */
  finish(idempotencyId: string, reply: StoredReply): Promise<void>;
  /** The request failed in a way that a repeat may mend: it may be begun again at once. */
  forget(idempotencyId: string): Promise<void>;
}
