import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import {
  aDrop,
  forEachConcurrently,
  messageFor,
  objectCreatedEvent,
} from '#test/support/faults-pictures.ts';
import { proofMs, waitMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

const atOnce = 100;
const same = 50;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    // Room for all deliveries to be handled at the same time.
    env: { PIPELINE_CONCURRENCY: String(atOnce), LOCAL_VISIBILITY_SECONDS: '30' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

describe('concurrent messages', () => {
  it(
    `create one image when ${atOnce} deliveries of one event are handled at once`,
    async () => {
      const before = await darkroom.stats();
      const calls = darkroom.captions.calls.length;
      const drop = await aDrop('hundred/one.jpg', 20_000);
      const times = (text: string) => Array.from({ length: atOnce }, () => text);

      // Slow enough that the last delivery has started before the first has read anything.
      await darkroom.faultControl.change({ s3: 1, faults: ['slow'], slowMs: 800 });
      await darkroom.drop(drop.key, drop.bytes);
      await darkroom.send('object-created', times(objectCreatedEvent(drop)));
      await eventually(() => darkroom.image(drop.imageId), { within: waitMs });
      await Promise.all([
        darkroom.send('make-thumbnails', times(messageFor(drop.imageId))),
        darkroom.send('read-exif', times(messageFor(drop.imageId))),
      ]);
      await darkroom.quiet();
      await darkroom.faultControl.clear();

      await expectOneOfEach(darkroom, [drop], before);
      expect(darkroom.captions.calls.length).toBeGreaterThan(calls);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it(
    `create one rendition set for ${same} images with the same bytes, and remove it with the last of them`,
    async () => {
      const before = await darkroom.stats();
      const { bytes } = await aDrop('same/0.jpg', 30_000);
      const drops = await Promise.all(
        Array.from({ length: same }, async (_, n) => ({
          ...(await aDrop(`same/${n}.jpg`, 30_000)),
          bytes,
        })),
      );
      const setsBefore = (await darkroom.storedRecords()).renditionSets.length;

      await darkroom.faultControl.change({ copies: 3, delaySeconds: 0 });
      await Promise.all(drops.map(({ key }) => darkroom.drop(key, bytes)));
      await darkroom.quiet();
      await darkroom.faultControl.clear();
      const { renditionSets } = await darkroom.storedRecords();

      await expectOneOfEach(darkroom, drops, before, { thumbnails: 2 });
      expect(renditionSets).toHaveLength(setsBefore + 1);
      expect(renditionSets.map(({ refs }) => refs)).toContain(same);
      expect(await darkroom.audit()).toEqual([]);

      await forEachConcurrently(drops, ({ imageId }) =>
        darkroom.call(`/api/images/${imageId}`, { method: 'DELETE' }),
      );
      await darkroom.quiet();
      expect((await darkroom.storedRecords()).renditionSets).toHaveLength(setsBefore);
      expect(await darkroom.stats()).toMatchObject({ total: before.total });
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
