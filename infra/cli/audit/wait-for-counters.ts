import { setTimeout as wait } from 'node:timers/promises';
import { counterDifferences } from './counter-differences.ts';
import type { StoredRecords } from './stored-records.ts';

const feedLagMs = 15_000;

/** Reads everything again until project-changes has counted what is stored, for at most 15 seconds. */
export const waitForCounters = async (
  read: () => Promise<StoredRecords>,
): Promise<StoredRecords> => {
  const until = performance.now() + feedLagMs;
  for (;;) {
    const stored = await read();
    if (counterDifferences(stored).length === 0 || performance.now() > until) return stored;
    await wait(500);
  }
};
