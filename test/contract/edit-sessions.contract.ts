import { describe, expect, it } from 'vitest';
import {
  type EditSession,
  maxEditSessions,
  ringIndex,
  storedBytes,
} from '#lib/edits/edit-session.ts';
import type { EditSessions } from '#lib/edits/edit-sessions.ts';

const hour = { ttlSeconds: 3600 };
const after = (now: Date, ms: number) => new Date(now.getTime() + ms);

/** Calls `act` as many times as given, at most `concurrency` of them at once. */
const runConcurrently = async <T>(
  times: number,
  concurrency: number,
  act: (n: number) => Promise<T>,
): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  const runNext = async () => {
    for (let n = next++; n < times; n = next++) results[n] = await act(n);
  };
  await Promise.all(Array.from({ length: concurrency }, runNext));
  return results;
};

/** The contract of every `EditSessions` adapter. */
export const editSessionsContract = (name: string, open: () => Promise<EditSessions>) =>
  describe(`${name} edit sessions`, () => {
    it('expire after their own lifetime, to the millisecond', async () => {
      const editSessions = await open();
      const now = new Date();
      const lifetimes = [60, 61, 3600, 604_800];

      for (const ttlSeconds of lifetimes) {
        const process = await editSessions.add({ ttlSeconds }, now);
        const end = after(now, ttlSeconds * 1000);

        expect(process).toMatchObject({ expiresAt: end.toISOString(), editIds: [] });
        expect((await editSessions.find(process.initId, after(end, -1)))?.process).toEqual(process);
        expect(await editSessions.find(process.initId, end)).toBeUndefined();
        expect(await editSessions.read(process.initId, end)).toBeUndefined();
        expect(await editSessions.find(process.initId, after(end, 1))).toBeUndefined();
      }
    });

    it('are not found once they have expired, although they are not deleted yet', async () => {
      const editSessions = await open();
      const long = await editSessions.add(hour, new Date());
      // An expiry in the past: DynamoDB may take two days to delete such an item.
      const short = await editSessions.add({ ttlSeconds: 60 }, after(new Date(), -61_000));

      const { entries } = await editSessions.report(new Date());

      expect(entries.map(({ initId }) => initId)).toEqual([long.initId]);
      expect(await editSessions.find(short.initId, new Date())).toBeUndefined();
    });

    it('have ids that cannot be guessed from their slot', async () => {
      const editSessions = await open();
      const now = new Date();
      const { initId } = await editSessions.add(hour, now);
      const other = `${initId.slice(0, 4)}${crypto.randomUUID()}`;

      for (const wrong of [other, '', 'head', 'counts#1', initId.slice(0, 3), `${initId}x`, '999-'])
        expect(await editSessions.find(wrong, now), wrong).toBeUndefined();
      expect(await editSessions.report(now)).toMatchObject({ hits: 0, misses: 7 });
    });

    it('let exactly one of many concurrent writers save', async () => {
      const editSessions = await open();
      const now = new Date();
      const { initId } = await editSessions.add(hour, now);
      const before = await editSessions.read(initId, now);
      if (!before) throw new Error('A process that was added is not found.');

      const writers = ['a', 'b', 'c', 'd', 'e'];
      const saves = await Promise.all(
        writers.map((id) => editSessions.save(before, { ...before.process, editIds: [id] })),
      );

      expect(saves.filter(Boolean)).toHaveLength(1);
      const now2 = await editSessions.read(initId, now);
      expect(now2?.process.editIds).toEqual([writers[saves.indexOf(true)]]);
      expect(await editSessions.save(before, before.process)).toBe(false);
    });

    it('count hits, misses and sizes exactly under concurrent lookups', async () => {
      const editSessions = await open();
      const now = new Date();
      const added = await Promise.all([1, 2, 3, 4].map(() => editSessions.add(hour, now)));
      const before = await editSessions.read(added[0]?.initId ?? '', now);
      const long: EditSession = {
        ...(before?.process ?? (added[0] as EditSession)),
        editIds: ['ä'.repeat(40)],
      };
      if (before) await editSessions.save(before, long);

      await runConcurrently(300, 30, async (n) =>
        editSessions.find(n % 3 ? (added[n % 4]?.initId ?? '') : `00${n % 9}-gone`, now),
      );

      const report = await editSessions.report(now);
      expect(report).toMatchObject({ hits: 200, misses: 100, sets: 4, evictions: 0 });
      expect(report.entries.find(({ initId }) => initId === long.initId)?.sizeBytes).toBe(
        storedBytes(long),
      );
      expect(report.entries).toHaveLength(4);
    });

    it('replace the oldest ones when every slot is used', {
      timeout: 120_000,
    }, async () => {
      const editSessions = await open();
      const now = new Date();
      const times = maxEditSessions + 300;

      const added = await runConcurrently(times, 40, () => editSessions.add(hour, now));

      const { entries, ...counters } = await editSessions.report(now);
      expect(entries).toHaveLength(maxEditSessions);
      expect(new Set(entries.map(({ initId }) => ringIndex(initId))).size).toBe(maxEditSessions);
      expect(counters).toEqual({
        hits: 0,
        misses: 0,
        sets: times,
        evictions: times - maxEditSessions,
      });
      const last = added.at(-1);
      expect((await editSessions.find(last?.initId ?? '', now))?.process).toEqual(last);
      expect(await editSessions.find(added[0]?.initId ?? '', now)).toBeUndefined();
      const newest = new Set(added.slice(-(maxEditSessions - 40)).map(({ initId }) => initId));
      const live = new Set(entries.map(({ initId }) => initId));
      expect([...newest].filter((initId) => !live.has(initId))).toEqual([]);
    });
  });
