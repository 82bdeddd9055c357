import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { EditSession, isAlive, maxEditSessions, storedBytes } from '#lib/edits/edit-session.ts';
import type { CacheReport } from '#lib/edits/edit-sessions.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

/** One slot of the ring. `n` is the number of its session among all ever added, `v` its version. */
export const Slot = z.object({ n: z.int(), v: z.int(), process: EditSession });
export type Slot = z.infer<typeof Slot>;

const Counters = z.looseObject({
  hits: z.int().default(0),
  misses: z.int().default(0),
  sets: z.int().default(0),
  evictions: z.int().default(0),
});

const counterShards = 16;

/** The item that numbers sessions, and counts hits and misses. */
export const headKey = { slot: 'head' };
/** The item of a slot, 0 to 999. */
export const slotKey = (slot: number) => ({ slot: String(slot) });
/** Sessions added one after the other are counted in different items. */
export const counterKey = (number: number) => ({ slot: `counts#${number % counterShards}` });

/** Reads all slots and the counters: eleven requests, however full the ring is. */
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
