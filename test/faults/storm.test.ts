import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-darkroom.ts';
import { forEachOf, someDrops } from '#test/support/faults-pictures.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed, randomFrom } from './random.ts';

const isLong = process.env['FAULTS'] === 'long';
const count = isLong ? 400 : 40;
const crashes = isLong ? 10 : 2;
const patienceMs = isLong ? 60 * 60_000 : 10 * 60_000;

const seed = faultsSeed();
let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed,
    workers: 'forked',
    // What npm run dev:hostile would take, and a few kills more.
    env: {
      LOCAL_VISIBILITY_SECONDS: '10',
      WEATHER_FAULTS: '0.02',
      WEATHER_COPIES: '3',
      WEATHER_DELAY_SECONDS: '2',
      WEATHER_KILLS: '0.005',
    },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

describe('everything at once', () => {
  it(
    `loses none of ${count} images, although the whole stack is killed ${crashes} times as well`,
    async () => {
      const random = randomFrom(seed);
      const drops = await someDrops('storm', count, 500_000);
      const none = await eventually(() => darkroom.stats(), { within: 30_000 });

      await forEachOf(drops, ({ key, bytes }) =>
        eventually(() => darkroom.drop(key, bytes), { within: 60_000 }),
      );
      for (let crash = 1; crash <= crashes; crash++) {
        const many = ((crash - 1 + random.next()) / crashes) * count * 0.9;
        await eventually(
          async () => expect((await darkroom.stats()).done).toBeGreaterThanOrEqual(many),
          { within: patienceMs },
        );
        await darkroom.stack.kill('SIGKILL');
        await darkroom.stack.restart();
      }
      await darkroom.delivered(patienceMs);
      await darkroom.weather.clear();
      await darkroom.quiet(patienceMs);

      await expectOneOfEach(darkroom, drops, none);
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );
});
