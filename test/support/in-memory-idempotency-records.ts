import { type Answers, canBeKept, type KeptAnswer } from '#lib/idempotency-records.ts';

type Kept = { fingerprint: string; begunAt: number; answer?: KeptAnswer };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** First answers, kept for 24 hours; one that was begun and never given, for a minute. */
export const inMemoryAnswers = (): Answers => {
  const answers = new Map<string, Kept>();
  return {
    async begin(answerId, fingerprint, now) {
      const kept = answers.get(answerId);
      const ageMs = kept ? now.getTime() - kept.begunAt : 0;
      if (!kept || ageMs >= dayMs) {
        answers.set(answerId, { fingerprint, begunAt: now.getTime() });
        return { state: 'begun' };
      }
      if (kept.fingerprint !== fingerprint) return { state: 'other-request' };
      if (kept.answer) return { state: 'answered', answer: structuredClone(kept.answer) };
      if (ageMs < minuteMs) return { state: 'in-progress' };
      kept.begunAt = now.getTime();
      return { state: 'begun' };
    },
    async finish(answerId, answer) {
      if (!canBeKept(answer)) throw new Error('The item is too large.');
      const kept = answers.get(answerId);
      if (kept) kept.answer ??= structuredClone(answer);
    },
    async forget(answerId) {
      if (!answers.get(answerId)?.answer) answers.delete(answerId);
    },
  };
};
