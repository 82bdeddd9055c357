import { z } from 'zod';

/** An HTTP answer as it was first given, kept so that the same request gets it again. */
export const KeptAnswer = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type KeptAnswer = z.infer<typeof KeptAnswer>;

const mostBytes = 390_000; // a record of DynamoDB has 400 KB, keys and fingerprint included

/** Whether an answer is short enough to be kept. */
export const canBeKept = (answer: KeptAnswer): boolean =>
  Buffer.byteLength(JSON.stringify(answer)) <= mostBytes;

/**
 * First answers by Idempotency-Key, for 24 hours. A request that began and never finished (its
 * function was killed) stops being `in-progress` after a minute, and may be begun again.
 */
export interface Answers {
  /** `other-request`: the same id was used with another fingerprint. Exactly one caller gets `begun`. */
  begin(
    answerId: string,
    fingerprint: string,
    now: Date,
  ): Promise<
    | { state: 'begun' }
    | { state: 'in-progress' }
    | { state: 'other-request' }
    | { state: 'answered'; answer: KeptAnswer }
  >;
  /** Of an answer that can be kept. */
  finish(answerId: string, answer: KeptAnswer): Promise<void>;
  /** The request failed in a way that a repeat may mend: it may be begun again at once. */
  forget(answerId: string): Promise<void>;
}
