import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { EditSession, isAlive, maxEditSessions, storedBytes } from '#lib/edits/edit-session.ts';
import type { CacheReport } from '#lib/edits/edit-sessions.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

/** One place of the ring. `n` counts everything that was ever put in, `v` the changes of this process. */
export const Slot = z.object({ n: z.int(), v: z.int(), process: EditSession });
export type Slot = z.infer<typeof Slot>;

const Counters = z.looseObject({
  hits: z.int().default(0),
  misses: z.int().default(0),
  sets: z.int().default(0),
  evictions: z.int().default(0),
});

const counterShards = 16;

export const headKey = { slot: 'head' };
export const slotKey = (slot: number) => ({ slot: String(slot) });
/** Processes that begin one after the other are counted in different items. */
export const counterKey = (number: number) => ({ slot: `counts#${number % counterShards}` });

/** Reads all slots there can be, and the counters: eleven requests, however full the ring is. */
export const readReport = async (
  table: string,
  now: Date,
  client: DynamoDBDocumentClient,
): Promise<CacheReport> => {
  const range = (length: number) => Array.from({ length }, (_, index) => index);
  const [counters, found] = await Promise.all([
    readMany(table, [headKey, ...range(counterShards).map(counterKey)], client),
    readMany(table, range(maxEditSessions).map(slotKey), client),
  ]);

  const report: CacheReport = { entries: [], hits: 0, misses: 0, sets: 0, evictions: 0 };
  for (const item of counters) {
    const counted = Counters.parse(item);
    for (const name of ['hits', 'misses', 'sets', 'evictions'] as const)
      report[name] += counted[name];
  }
  report.entries = found
    .map((item) => parseItem(Slot, item).process)
    .filter((process) => isAlive(process, now))
    .map((process) => ({
      initId: process.initId,
      sizeBytes: storedBytes(process),
      expiresAt: process.expiresAt,
    }));
  return report;
};
