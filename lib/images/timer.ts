import type { AttemptStats } from './steps.ts';

/** Time is a tool like any other. */
export type HasClock = { now: () => Date };

/** Measures a run from here to each call of what it returns. */
export const startTimer = (attempts: number, { now }: HasClock): (() => AttemptStats) => {
  const begun = now();
  return () => {
    const endedAt = now();
    return { attempts, endedAt, durationMs: Math.max(0, endedAt.getTime() - begun.getTime()) };
  };
};
