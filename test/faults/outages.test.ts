import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-darkroom.ts';
import { isLong, proofMs, waitMs } from '#test/support/faults-patience.ts';
import { type Dropped, forEachOf, someDrops } from '#test/support/faults-pictures.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const images = isLong ? 300 : 30;
const downSeconds = 60;
const good = isLong ? 1000 : 60;
const poisoned = isLong ? 100 : 8;
// Eight attempts with their backoffs take three minutes; where that is not the point, seconds.
const haste = 20;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    env: { PIPELINE_CONCURRENCY: '4', LOCAL_VISIBILITY_SECONDS: '15' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

/** npm run redrive */
const redrive = async (): Promise<string> => {
  const { env } = darkroom.stack;
  const program = promisify(execFile)(process.execPath, ['infra/redrive.ts'], {
    env: { PATH: process.env['PATH'], ...env },
  });
  return (await program).stdout;
};

/** As a client would that was told to try again. */
const uploadUntilTaken = (name: string, bytes: Buffer) =>
  eventually(() => darkroom.uploadOne({ name, bytes }), { within: waitMs, every: 200 });

describe('S3 and DynamoDB', () => {
  it.each([1, 10, 50])(
    'that fail at %i of a hundred calls lose nothing',
    async (percent) => {
      const before = await darkroom.stats();
      const drops = await someDrops(`failing-${percent}`, images, 100_000 + percent * 1000);
      await darkroom.weather.change({ haste, s3: percent / 100, dynamodb: percent / 100 });

      await forEachOf(drops, ({ key, bytes }) => darkroom.drop(key, bytes));
      // At a half, whatever is tried eight times may fail eight times: that is for people to send
      // back. Until then nothing may be in doubt: an image is done, or its message is kept.
      if (percent < 50) await darkroom.quiet();
      else await untilHalfIsThrough(drops);
      await darkroom.weather.clear();
      await redriveUntilNothingIsDead();

      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
      expect(darkroom.stuck()).toBe(0); // no message was lost, so the sweep had nothing to do
    },
    proofMs,
  );

  it(
    `that do not answer for ${downSeconds} s lose nothing, and nobody has to do anything`,
    async () => {
      const before = await darkroom.stats();
      const drops = await someDrops('down', images, 200_000);
      const [early, late] = [drops.slice(0, images / 2), drops.slice(images / 2)];
      await darkroom.weather.change({ haste: 1 });

      await forEachOf(early, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.weather.change({ down: { s3: downSeconds, dynamodb: downSeconds } });
      await forEachOf(late, ({ key, bytes }) => darkroom.drop(key, bytes));
      const bytes = await drawnJpeg({ width: 160, height: 120, seed: 210_000 });
      const refused = await darkroom.upload([{ name: 'while-down.jpg', bytes }]);
      const { image_id } = await uploadUntilTaken('after.jpg', bytes);
      await darkroom.quiet();

      expect(refused.status).toBeGreaterThanOrEqual(500);
      expect((await darkroom.image(image_id)).status).toBe('done');
      expect(await darkroom.deadLetters()).toEqual({});
      const after = await darkroom.stats();
      expect(after).toMatchObject({
        total: before.total + images + 1,
        done: before.done + images + 1,
      });
      expect(await darkroom.audit()).toEqual([]);
      expect(darkroom.stuck()).toBe(0);
    },
    proofMs,
  );
});

const untilHalfIsThrough = (drops: readonly Dropped[]) =>
  eventually(
    async () => {
      const { images: records } = await darkroom.kept();
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
    await redrive();
    await darkroom.delivered();
  }
  expect(await darkroom.deadLetters()).toEqual({});
  await darkroom.quiet();
};

describe('messages that cannot be worked on', () => {
  it(
    `${poisoned} among ${good} become facts and are kept, and are finished when the cause is gone`,
    async () => {
      const before = await darkroom.stats();
      const calls = darkroom.captions.calls.length;
      await darkroom.weather.change({
        haste,
        broken: [{ call: 'GetObject originals', about: 'poison/' }],
      });
      const drops = await someDrops('good', good, 300_000);
      const poison = await someDrops('poison', poisoned, 310_000);
      const mixed = [...drops, ...poison].toSorted((a, b) => a.imageId.localeCompare(b.imageId));

      await forEachOf(mixed, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet();

      const facts = await Promise.all(poison.map(({ imageId }) => darkroom.image(imageId)));
      expect(facts.map(({ status }) => status)).toEqual(poison.map(() => 'failed'));
      for (const { steps, error } of facts) {
        expect(steps.exif.reason).toMatch(/^Tried 8 times and gave up: /);
        expect(error).toMatch(/^Tried 8 times and gave up: /);
      }
      expect(await darkroom.stats()).toMatchObject({
        total: before.total + good + poisoned,
        done: before.done + good,
        failed: before.failed + poisoned,
      });
      expect(await darkroom.deadLetters()).toEqual({
        'make-thumbnails': poisoned,
        'read-exif': poisoned,
      });
      expect(darkroom.captions.calls.length - calls).toBe(good);
      expect(await darkroom.audit()).toEqual([]);

      await darkroom.weather.clear();
      const said = await redrive();
      await darkroom.quiet();

      expect(said).toContain(`make-thumbnails: ${poisoned} messages sent back`);
      await expectOneOfEach(darkroom, [...drops, ...poison], before);
      expect(darkroom.captions.calls.length - calls).toBe(good + poisoned);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
