import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionCall } from '#test/support/caption-server.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import {
  aDrop,
  type Dropped,
  forEachConcurrently,
  messageFor,
  objectCreatedEvent,
  someDrops,
} from '#test/support/faults-pictures.ts';
import { isLong, proofMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const manyImages = 1000;
const rewritten = isLong ? 500 : 40;
const lateEvents = 500;
const concurrency = 6;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    env: { PIPELINE_CONCURRENCY: String(concurrency), LOCAL_VISIBILITY_SECONDS: '30' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

describe('messages delivered repeatedly, late and out of order', () => {
  it(
    `create one record for each of ${manyImages} images, and pay for no caption that exists already`,
    async () => {
      const before = await darkroom.stats();
      const calls = darkroom.captions.calls.length;
      const paid = () => paidFor(darkroom.captions.calls.slice(calls));
      await darkroom.faultControl.change({ copies: 10, delaySeconds: 2 });
      const drops = await someDrops('again', manyImages, 10_000);

      await forEachConcurrently(drops, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet();
      const paidOnTheWay = paid();
      await darkroom.faultControl.clear();
      const late = drops.map(({ imageId }) => messageFor(imageId));
      await darkroom.send('write-caption', [...late, ...late]);
      await darkroom.quiet();

      report(`${totalCounters(paidOnTheWay)} captions were paid for ${manyImages} images`);
      expect(paid()).toEqual(paidOnTheWay);
      expect(paidOnTheWay.size).toBe(manyImages);
      expect(Math.max(...paidOnTheWay.values())).toBe(1);
      await expectOneOfEach(darkroom, drops, before);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it(
    `leave the newer of two pictures under ${rewritten} keys, also when the event of the older comes last, ${lateEvents} times`,
    async () => {
      const before = await darkroom.stats();
      const older = await someDrops('rewritten', rewritten, 40_000);
      await darkroom.faultControl.change({
        copies: 3,
        delaySeconds: 1,
        // The state may have changed between reading it and acting on it.
        s3: 0.3,
        dynamodb: 0.3,
        faults: ['slow'],
        slowMs: 700,
      });
      const newer = await Promise.all(
        older.map(({ key }, n) => aDrop(key, 45_000 + n, { width: 200, height: 150 })),
      );

      const droppedAt = new Date();
      await forEachConcurrently(older, ({ key, bytes }) => darkroom.drop(key, bytes));
      await forEachConcurrently(newer, ({ key, bytes }) => darkroom.drop(key, bytes));
      await darkroom.quiet();
      await darkroom.faultControl.clear();
      const old = older.map((drop) => objectCreatedEvent(drop, droppedAt));
      const times = Math.ceil(lateEvents / rewritten);
      await darkroom.send('object-created', Array.from({ length: times }, () => old).flat());
      const late = older.map(({ imageId }) => messageFor(imageId));
      await darkroom.send('make-thumbnails', late);
      await darkroom.send('read-exif', late);
      await darkroom.quiet();

      await expectOneOfEach(darkroom, newer, before);
      const widths = (await darkroom.storedRecords()).images
        .filter(({ image }) => image.key?.startsWith('rewritten/'))
        .map(({ image }) => image.metadata?.width);
      expect(widths).toEqual(newer.map(() => 200));
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it(
    'leave the newer of two pictures when its event comes while the event of the older is being handled',
    async () => {
      const before = await darkroom.stats();
      const newer: Dropped[] = [];
      for (let n = 0; n < (isLong ? 50 : 5); n++) {
        const older = await aDrop(`held/${n}.jpg`, 48_000 + n);
        const next = await aDrop(older.key, 49_000 + n, { width: 200 });
        const call = { call: 'HeadObject originals', logFields: older.key };
        await darkroom.faultControl.add({ worker: 'host', ...call, when: 'after', what: 'hold' });
        await darkroom.drop(older.key, older.bytes);
        await darkroom.faultControl.held();
        await darkroom.drop(next.key, next.bytes);
        await darkroom.ended(next.imageId);
        await darkroom.faultControl.release();
        newer.push(next);
      }
      await darkroom.quiet();

      await expectOneOfEach(darkroom, newer, before);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});

/** How many requests the provider received, by picture. */
const paidFor = (calls: readonly CaptionCall[]): Map<string, number> => {
  const times = new Map<string, number>();
  for (const { picture } of calls) {
    const name = createHash('sha256').update(picture).digest('hex');
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
};

const totalCounters = (times: Map<string, number>) =>
  [...times.values()].reduce((sum, n) => sum + n, 0);

const report = (text: string) => process.stdout.write(`${text}\n`);

describe('npm run audit', () => {
  const audit = () => {
    const env = { PATH: process.env['PATH'], ...darkroom.stack.env };
    const command = ['infra/cli/audit.ts', '--settings', 'none'];
    const { status, stdout } = spawnSync(process.execPath, command, { env });
    return { status, text: stdout.toString() };
  };

  it('reports no differences or names each one, and exits with the matching code', async () => {
    await darkroom.quiet();
    const { images } = await darkroom.storedRecords();
    expect(audit()).toEqual({
      status: 0,
      text: expect.stringMatching(new RegExp(`^${images.length} images, .*: no differences\\.\n$`)),
    });

    const stray = { Bucket: 'darkroom-dev-derived', Key: `${'0'.repeat(64)}/a-1/b.1/a.jpg` };
    await darkroom.s3.send(new PutObjectCommand({ ...stray, Body: 'stray' }));
    const { status, text } = audit();
    await darkroom.s3.send(new DeleteObjectCommand(stray));
    expect(status).toBe(1);
    expect(text).toContain(`The rendition ${stray.Key} belongs to no image.`);
  }, 60_000);
});
