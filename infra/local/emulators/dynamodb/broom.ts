import { setTimeout } from 'node:timers/promises';

type Broom = {
  /** Begins a sweep; each step of it is short. */
  sweep: () => AsyncIterator<unknown>;
  /** Lets a step happen when it may. */
  step: <T>(work: () => Promise<T>) => Promise<T>;
  /** Between two sweeps. */
  everyMs: number;
  report: (error: unknown) => void;
};

const restsPerStep = 49; // a fiftieth of one processor, however much there is to look through

/**
 * Sweeps until it is stopped, slowly: with a million images a sweep reads gigabytes, and in one go
 * it would take a processor for minutes while transactions wait for its end.
 */
export const startBroom = ({ sweep, step, everyMs, report }: Broom): { stop(): void } => {
  const ending = new AbortController();
  const { signal } = ending;
  const rest = (ms: number) => setTimeout(ms, undefined, { ref: false, signal });

  const sweepOnce = async (): Promise<void> => {
    const steps = sweep();
    for (;;) {
      const startedAt = performance.now();
      const { done } = await step(() => steps.next());
      if (done) return;
      await rest((performance.now() - startedAt) * restsPerStep);
    }
  };
  const sweepForEver = async (): Promise<void> => {
    for (;;) {
      await rest(everyMs);
      await sweepOnce().catch((error: unknown) => signal.aborted || report(error));
    }
  };
  sweepForEver().catch(() => {}); // only the rest between two sweeps rejects, when it is stopped
  return { stop: () => ending.abort() };
};
