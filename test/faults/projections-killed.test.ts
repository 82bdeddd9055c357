import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EventView } from '#lib/http/event-view.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { type Dropped, forEachConcurrently, someDrops } from '#test/support/faults-pictures.ts';
import { isLong, proofMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const worker = 'project-changes';
/** Until a killed function counts again, on a machine where much else runs. */
const restartTakesMs = 60_000;
const rounds = isLong ? 25 : 3; // each kills before and after each of its calls

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({ seed: faultsSeed(), workers: 'forked' });
}, 180_000);
afterAll(() => darkroom?.stop());

/** Every event there is, in pages. */
const allEvents = async (): Promise<EventView[]> => {
  const events: EventView[] = [];
  for (let query = ''; ; ) {
    const { data, page } = await darkroom.json(`/api/events?limit=20${query}`);
    const some = z.array(EventView).parse(data);
    if (some.length === 0) return events;
    events.push(...some);
    query = `&after=${page?.next_cursor}`;
  }
};

describe('project-changes that is killed', () => {
  it(
    `before and after each of its calls, ${rounds} times, counts and announces every image once`,
    async () => {
      const before = await darkroom.stats();
      const drops: Dropped[] = [];
      const drop = async (count: number) => {
        const some = await someDrops(`projected-${drops.length}`, count, 40_000 + drops.length);
        await forEachConcurrently(some, ({ key, bytes }) => darkroom.drop(key, bytes));
        drops.push(...some);
        await darkroom.quiet({ lostAfterMs: restartTakesMs });
      };
      await drop(2);
      const calls = (await darkroom.faultControl.report()).calls[worker] ?? [];
      expect(calls).toContain('TransactWriteItems counters events');

      for (let round = 0; round < rounds; round++)
        for (const when of ['before', 'after'] as const) {
          await darkroom.faultControl.add(...calls.map((call) => ({ worker, call, when })));
          for (let more = 0; more < 10; more++) {
            await drop(3);
            if ((await darkroom.faultControl.report()).waiting.length === 0) break;
          }
          await darkroom.faultControl.removeAll();
        }

      const { triggered } = await darkroom.faultControl.report();
      expect(triggered.length).toBeGreaterThanOrEqual(rounds * 2 * (calls.length - 1));
      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
      const events = await allEvents();
      expect(events.map(({ type, data }) => `${type} ${data.image_id}`).toSorted()).toEqual(
        drops.map(({ imageId }) => `image.done ${imageId}`).toSorted(),
      );
      expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(drops.length);
    },
    proofMs,
  );
});
