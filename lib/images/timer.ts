import type { AttemptStats } from './advance-steps.ts';

/** The clock, given so that tests can set it. */
export type HasClock = { now: () => Date };

/** Measures a run from here to each call of what it returns. */
export const startTimer = (attempts: number, { now }: HasClock): (() => AttemptStats) => {
  const startedAt = now();
  return () => {
    const endedAt = now();
    return { attempts, endedAt, durationMs: Math.max(0, endedAt.getTime() - startedAt.getTime()) };
  };
};
