import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { type Dropped, forEachConcurrently, someDrops } from '#test/support/faults-pictures.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const images = isLong ? 300 : 60;
const good = 1000;
const failing = 100;
// Eight attempts with their backoffs take three minutes; a time scale reduces that to seconds.
const timeScale = 20;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    env: { PIPELINE_CONCURRENCY: '4', LOCAL_VISIBILITY_SECONDS: '15' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

describe('S3 and DynamoDB outages', () => {
  it.each([1, 10, 50])(
    'that fail %i of 100 calls lose no image',
    async (percent) => {
      const before = await darkroom.stats();
      const drops = await someDrops(`failing-${percent}`, images, 100_000 + percent * 1000);
      await darkroom.faultControl.change({ timeScale, s3: percent / 100, dynamodb: percent / 100 });

      await forEachConcurrently(drops, ({ key, bytes }) => darkroom.drop(key, bytes));
      // At 50 %, a message may fail on all eight receives and has to be redriven by hand. Until then
      // no image may be lost: it is done, or its message is stored in the DLQ.
      if (percent < 50) await darkroom.quiet();
      else await untilHalfIsThrough(drops);
      await darkroom.faultControl.clear();
      await redriveUntilNothingIsDead();

      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
      // No message was lost, so the sweep had nothing to do; except that at 50 % some wait to be
      // redriven, and after two minutes the sweep enqueues their step again.
      if (percent < 50) expect(darkroom.stuck()).toBe(0);
    },
    proofMs,
  );
});

const untilHalfIsThrough = (drops: readonly Dropped[]) =>
  eventually(
    async () => {
      const { images: records } = await darkroom.storedRecords();
      const ids = new Set(drops.map(({ imageId }) => imageId));
      const ended = records.filter(
        ({ image }) => ids.has(image.imageId) && image.steps.thumbnails.state !== 'pending',
      );
      expect(ended.length).toBeGreaterThanOrEqual(drops.length / 2);
    },
    { within: waitMs, every: 200 },
  );

const redriveUntilNothingIsDead = async () => {
  await darkroom.delivered();
  for (let times = 0; times < 3; times++) {
    if (Object.keys(await darkroom.deadLetters()).length === 0) break;
    await darkroom.redrive();
    await darkroom.delivered();
  }
  expect(await darkroom.deadLetters()).toEqual({});
  await darkroom.quiet();
};

describe('messages that cannot be processed', () => {
  it(
    `${failing} among ${good} are recorded as failed, stay in the DLQ, and succeed after a redrive once the cause is gone`,
    async () => {
      const before = await darkroom.stats();
      const calls = darkroom.captions.calls.length;
      await darkroom.faultControl.change({
        timeScale,
        broken: [{ call: 'GetObject originals', logFields: 'unprocessable/' }],
      });
      const drops = await someDrops('good', good, 300_000);
      const unprocessable = await someDrops('unprocessable', failing, 310_000);
      const mixed = [...drops, ...unprocessable].toSorted((a, b) =>
        a.imageId.localeCompare(b.imageId),
      );

      await forEachConcurrently(mixed, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet();

      const facts = await Promise.all(unprocessable.map(({ imageId }) => darkroom.image(imageId)));
      expect(facts.map(({ status }) => status)).toEqual(unprocessable.map(() => 'failed'));
      for (const { steps, error } of facts) {
        expect(steps.exif.reason).toMatch(/^Tried 8 times and gave up: /);
        expect(error).toMatch(/^Tried 8 times and gave up: /);
      }
      expect(await darkroom.stats()).toMatchObject({
        total: before.total + good + failing,
        done: before.done + good,
        failed: before.failed + failing,
      });
      expect(await darkroom.deadLetters()).toEqual({
        'make-thumbnails': failing,
        'read-exif': failing,
      });
      expect(darkroom.captions.calls.length - calls).toBe(good);
      expect(await darkroom.audit()).toEqual([]);

      await darkroom.faultControl.clear();
      const said = await darkroom.redrive();
      await darkroom.quiet();

      expect(said).toContain(`make-thumbnails: ${failing} messages sent back`);
      await expectOneOfEach(darkroom, [...drops, ...unprocessable], before);
      expect(darkroom.captions.calls.length - calls).toBe(good + failing);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
