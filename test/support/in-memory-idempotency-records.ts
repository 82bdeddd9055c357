import {
  type IdempotencyRecords,
  isReplayable,
  type StoredReply,
} from '#lib/idempotency-records.ts';

type StoredRecords = { fingerprint: string; begunAt: number; answer?: StoredReply };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** First answers, kept for 24 hours; one that was begun and never given, for a minute. */
export const inMemoryIdempotencyRecords = (): IdempotencyRecords => {
  const idempotencyRecords = new Map<string, StoredRecords>();
  return {
    async begin(idempotencyId, fingerprint, now) {
      const kept = idempotencyRecords.get(idempotencyId);
      const ageMs = kept ? now.getTime() - kept.begunAt : 0;
      if (!kept || ageMs >= dayMs) {
        idempotencyRecords.set(idempotencyId, { fingerprint, begunAt: now.getTime() });
        return { state: 'begun' };
      }
      if (kept.fingerprint !== fingerprint) return { state: 'other-request' };
      if (kept.answer) return { state: 'answered', answer: structuredClone(kept.answer) };
      if (ageMs < minuteMs) return { state: 'in-progress' };
      kept.begunAt = now.getTime();
      return { state: 'begun' };
    },
    async finish(idempotencyId, answer) {
      if (!isReplayable(answer)) throw new Error('The item is too large.');
      const kept = idempotencyRecords.get(idempotencyId);
      if (kept) kept.answer ??= structuredClone(answer);
    },
    async forget(idempotencyId) {
      if (!idempotencyRecords.get(idempotencyId)?.answer) idempotencyRecords.delete(idempotencyId);
    },
  };
};
