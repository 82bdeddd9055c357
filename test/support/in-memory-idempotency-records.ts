import {
  type IdempotencyRecords,
  isReplayable,
  type StoredReply,
} from '#lib/idempotency-records.ts';

type Stored = { fingerprint: string; begunAt: number; reply?: StoredReply };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Idempotency records for 24 hours; an unfinished one blocks for a minute. */
export const inMemoryIdempotencyRecords = (): IdempotencyRecords => {
  const records = new Map<string, Stored>();
  return {
    async begin(idempotencyId, fingerprint, now) {
      const stored = records.get(idempotencyId);
      const ageMs = stored ? now.getTime() - stored.begunAt : 0;
      if (!stored || ageMs >= dayMs) {
        records.set(idempotencyId, { fingerprint, begunAt: now.getTime() });
        return { state: 'begun' };
      }
      if (stored.fingerprint !== fingerprint) return { state: 'other-request' };
      if (stored.reply) return { state: 'completed', reply: structuredClone(stored.reply) };
      if (ageMs < minuteMs) return { state: 'in-progress' };
      stored.begunAt = now.getTime();
      return { state: 'begun' };
    },
    async finish(idempotencyId, reply) {
      if (!isReplayable(reply)) throw new Error('The item is too large.');
      const stored = records.get(idempotencyId);
      if (stored) stored.reply ??= structuredClone(reply);
    },
    async forget(idempotencyId) {
      if (!records.get(idempotencyId)?.reply) records.delete(idempotencyId);
    },
  };
};
