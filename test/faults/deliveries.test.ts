import { spawnSync } from 'node:child_process';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-darkroom.ts';
import {
  aDrop,
  type Dropped,
  forEachOf,
  messageFor,
  newsOf,
  someDrops,
} from '#test/support/faults-pictures.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const isLong = process.env['FAULTS'] === 'long';
const manyImages = isLong ? 1000 : 100;
const rewritten = isLong ? 500 : 40;
const patienceMs = isLong ? 60 * 60_000 : 10 * 60_000;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    env: { PIPELINE_CONCURRENCY: '6', LOCAL_VISIBILITY_SECONDS: '30' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

describe('messages that come again, late and in any order', () => {
  it(
    `make ${manyImages} records of ${manyImages} images, and pay for no caption that is there`,
    async () => {
      const before = await darkroom.stats();
      const calls = darkroom.captions.calls.length;
      await darkroom.weather.change({ copies: 10, delaySeconds: 2 });
      const drops = await someDrops('again', manyImages, 10_000);

      await forEachOf(drops, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet(patienceMs);
      await expectOneOfEach(darkroom, drops, before);
      const paid = darkroom.captions.calls.length - calls;
      await darkroom.weather.clear();
      const late = drops.map(({ imageId }) => messageFor(imageId));
      await darkroom.send('write-caption', [...late, ...late]);
      await darkroom.quiet(patienceMs);

      expect(darkroom.captions.calls.length - calls).toBe(paid);
      // Two of a message at the same moment may both find none, and then both ask.
      expect(paid).toBeGreaterThanOrEqual(manyImages);
      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );

  it(
    'make one image of a hundred deliveries at once',
    async () => {
      const before = await darkroom.stats();
      const drop = await aDrop('hundred/one.jpg', 20_000);
      const times = (text: string) => Array.from({ length: 100 }, () => text);

      await darkroom.drop(drop.key, drop.bytes);
      await Promise.all([
        darkroom.send('arrivals', times(newsOf(drop.key))),
        darkroom.send('make-thumbnails', times(messageFor(drop.imageId))),
        darkroom.send('read-exif', times(messageFor(drop.imageId))),
      ]);
      await darkroom.quiet(patienceMs);

      await expectOneOfEach(darkroom, [drop], before);
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );

  it(
    'make one content of fifty images with the same bytes, and none when the last of them goes',
    async () => {
      const before = await darkroom.stats();
      const { bytes } = await aDrop('same/0.jpg', 30_000);
      const drops = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => ({
          ...(await aDrop(`same/${n}.jpg`, 30_000)),
          bytes,
        })),
      );
      const contentsBefore = (await darkroom.kept()).contents.length;

      await darkroom.weather.change({ copies: 3, delaySeconds: 0 });
      await Promise.all(drops.map(({ key }) => darkroom.drop(key, bytes)));
      await darkroom.quiet(patienceMs);
      await darkroom.weather.clear();
      const { contents } = await darkroom.kept();

      await expectOneOfEach(darkroom, drops, before, { thumbnails: 2 });
      expect(contents).toHaveLength(contentsBefore + 1);
      expect(contents.map(({ refs }) => refs)).toContain(50);
      expect(await darkroom.audit()).toEqual([]);

      await forEachOf(drops, ({ imageId }) =>
        darkroom.call(`/api/images/${imageId}`, { method: 'DELETE' }),
      );
      await darkroom.quiet(patienceMs);
      expect((await darkroom.kept()).contents).toHaveLength(contentsBefore);
      expect(await darkroom.stats()).toMatchObject({ total: before.total });
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );

  it(
    `show the newer of two pictures under one key, ${rewritten} times`,
    async () => {
      const before = await darkroom.stats();
      const older = await someDrops('rewritten', rewritten, 40_000);
      await darkroom.weather.change({
        copies: 3,
        delaySeconds: 1,
        // What was true when it was read may not be when it is decided on.
        s3: 0.3,
        dynamodb: 0.3,
        faults: ['slow'],
        slowMs: 700,
      });
      const newer = await Promise.all(
        older.map(({ key }, n) => aDrop(key, 45_000 + n, { width: 200, height: 150 })),
      );

      await forEachOf(older, ({ key, bytes }) => darkroom.drop(key, bytes));
      await forEachOf(newer, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet(patienceMs);
      await darkroom.weather.clear();
      await darkroom.send(
        'arrivals',
        older.map(({ key }) => newsOf(key)),
      );
      const late = older.map(({ imageId }) => messageFor(imageId));
      await darkroom.send('make-thumbnails', late);
      await darkroom.send('read-exif', late);
      await darkroom.quiet(patienceMs);

      await expectOneOfEach(darkroom, newer, before);
      const widths = (await darkroom.kept()).images
        .filter(({ image }) => image.key?.startsWith('rewritten/'))
        .map(({ image }) => image.metadata?.width);
      expect(widths).toEqual(newer.map(() => 200));
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );

  it(
    'show the newer of two pictures, although news of the older is at work when it comes',
    async () => {
      const before = await darkroom.stats();
      const newer: Dropped[] = [];
      for (let n = 0; n < (isLong ? 50 : 5); n++) {
        const older = await aDrop(`held/${n}.jpg`, 48_000 + n);
        const next = await aDrop(older.key, 49_000 + n, { width: 200 });
        const call = { call: 'HeadObject originals', about: older.key };
        await darkroom.weather.lay({ worker: 'host', ...call, when: 'after', what: 'hold' });
        await darkroom.drop(older.key, older.bytes);
        await darkroom.weather.held();
        await darkroom.drop(next.key, next.bytes);
        await darkroom.ended(next.imageId);
        await darkroom.weather.release();
        newer.push(next);
      }
      await darkroom.quiet(patienceMs);

      await expectOneOfEach(darkroom, newer, before);
      expect(await darkroom.audit()).toEqual([]);
    },
    patienceMs,
  );
});

describe('npm run audit', () => {
  const audit = () => {
    const env = { PATH: process.env['PATH'], ...darkroom.stack.env };
    const { status, stdout } = spawnSync(process.execPath, ['infra/audit.ts'], { env });
    return { status, text: stdout.toString() };
  };

  it('says that all is well, or what is not, and ends accordingly', async () => {
    await darkroom.quiet();
    const { images } = await darkroom.kept();
    expect(audit()).toEqual({
      status: 0,
      text: expect.stringMatching(new RegExp(`^${images.length} images, .*: no differences\\.\n$`)),
    });

    const stray = { Bucket: 'darkroom-dev-derived', Key: `${'0'.repeat(64)}/a-1/b.1/a.jpg` };
    await darkroom.s3.send(new PutObjectCommand({ ...stray, Body: 'stray' }));
    const { status, text } = audit();
    await darkroom.s3.send(new DeleteObjectCommand(stray));
    expect(status).toBe(1);
    expect(text).toContain(`Nobody shows ${stray.Key}.`);
  }, 60_000);
});
