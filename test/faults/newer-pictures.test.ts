import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { aDrop, type Dropped, messageFor } from '#test/support/faults-pictures.ts';
import { proofMs } from '#test/support/faults-timeouts.ts';
import { expectOneOfEach } from './one-of-each.ts';
import { faultsSeed } from './random.ts';

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    workers: 'forked',
    env: { PIPELINE_CONCURRENCY: '2', LOCAL_VISIBILITY_SECONDS: '5' },
  });
}, 120_000);
afterAll(() => darkroom?.stop());

/** The same size every time, so that a record shows which of two pictures it describes. */
const width = 200;

/** A picture without a GPS position, to overwrite another. */
const aNewer = async ({ key, imageId }: Dropped, seed: number): Promise<Dropped> => ({
  key,
  imageId,
  bytes: await drawnJpeg({ width, height: 120, seed }),
});

const shown = ({ imageId }: Dropped) =>
  eventually(
    async () => {
      const { status, metadata } = await darkroom.image(imageId);
      expect([status, metadata.width]).toEqual(['done', width]);
    },
    { within: 60_000 },
  );

const allSprung = () =>
  eventually(async () => expect((await darkroom.faultControl.report()).waiting).toEqual([]), {
    within: 60_000,
  });

/** The last call of each worker before it records its result. */
const lateCalls = [
  { worker: 'make-thumbnails', call: 'PutObject derived' },
  { worker: 'read-exif', call: 'PutItem images' },
  { worker: 'write-caption', call: 'GetObject derived' },
];

const sha256Hex = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a worker on a picture that was overwritten by a newer one', () => {
  it.each(['goes on', 'is killed'] as const)(
    'before it wrote a thumbnail, leaves no thumbnail of the older one when it %s',
    async (ending) => {
      const before = await darkroom.stats();
      const older = await aDrop(`older/${ending}.jpg`, 80_000);
      const newer = await aDrop(older.key, 80_001, { width });
      const worker = 'make-thumbnails';

      await darkroom.faultControl.add({
        worker,
        call: 'PutObject derived',
        when: 'before',
        what: 'hold',
      });
      await darkroom.drop(older.key, older.bytes);
      await darkroom.faultControl.held();
      await darkroom.drop(newer.key, newer.bytes);
      await shown(newer);
      await darkroom.delivered(); // another worker has received its message by now, and is done
      if (ending === 'is killed')
        await darkroom.faultControl.add({ worker, call: 'GetItem images', when: 'after' });
      await darkroom.faultControl.release();
      if (ending === 'is killed') {
        await allSprung();
        await darkroom.send(worker, [messageFor(older.imageId)]); // simulates a duplicate delivery
      }
      await darkroom.quiet();

      await expectOneOfEach(darkroom, [newer], before);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it.each(['goes on', 'is killed'] as const)(
    'before it stored its tags, leaves none of the older ones when it %s',
    async (ending) => {
      const older = await aDrop(`position/${ending}.jpg`, 82_000);
      const newer = await aNewer(older, 82_001);
      const worker = 'read-exif';

      await darkroom.faultControl.add({
        worker,
        call: 'PutItem images',
        when: 'before',
        what: 'hold',
      });
      await darkroom.drop(older.key, older.bytes);
      await darkroom.faultControl.held();
      await darkroom.drop(newer.key, newer.bytes);
      await shown(newer);
      await darkroom.delivered();
      if (ending === 'is killed') await darkroom.faultControl.add({ worker, when: 'before' });
      await darkroom.faultControl.release();
      if (ending === 'is killed') {
        await allSprung();
        expect((await darkroom.storedRecords()).rawTags.map(({ imageId }) => imageId)).toContain(
          older.imageId,
        );
        await darkroom.send(worker, [messageFor(older.imageId)]); // simulates a duplicate delivery
      }
      await darkroom.quiet();

      expect((await darkroom.image(older.imageId)).exif).toBeNull();
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );

  it(
    'does not change the record of the newer one, even before any worker has read that',
    async () => {
      const calls = darkroom.captions.calls.length;
      const late = await Promise.all(
        lateCalls.map(async ({ worker, call }, n) => {
          const older = await aDrop(`late/${worker}.jpg`, 83_000 + n);
          const logFields = call === 'PutItem images' ? older.imageId : sha256Hex(older.bytes);
          return { older, newer: await aNewer(older, 84_000 + n), at: { worker, call, logFields } };
        }),
      );

      await darkroom.faultControl.add(
        ...late.map(({ at }) => ({ ...at, when: 'before' as const, what: 'hold' as const })),
      );
      for (const { older } of late) await darkroom.drop(older.key, older.bytes);
      await eventually(
        async () => expect((await darkroom.faultControl.report()).held).toHaveLength(late.length),
        { within: 30_000 },
      );
      const hasThumbnails = lateCalls.flatMap(({ worker }, n) =>
        worker === 'make-thumbnails' ? [] : [late[n]?.older.imageId ?? ''],
      );
      for (const imageId of hasThumbnails)
        await eventually(
          async () => {
            const { steps } = await darkroom.image(imageId);
            expect(steps.thumbnails.state).toBe('done');
          },
          { within: 30_000 },
        );
      // The function that records the newer ones is killed before it can enqueue any step. Where it
      // releases renditions, it writes in a transaction.
      const kill = { worker: 'register-image', when: 'after' } as const;
      await darkroom.faultControl.add(
        ...late.map(({ newer, older }) => ({
          ...kill,
          call: hasThumbnails.includes(older.imageId) ? 'TransactWriteItems' : 'PutItem',
          logFields: newer.imageId,
        })),
      );
      for (const { newer } of late) await darkroom.drop(newer.key, newer.bytes);
      await allSprung();
      await darkroom.faultControl.release();
      await darkroom.quiet();

      for (const { newer, at } of late) {
        const { status, exif, metadata, caption } = await darkroom.image(newer.imageId);
        expect({ status, exif, width: metadata.width, caption }, at.worker).toEqual({
          status: 'done',
          exif: null,
          width,
          caption: expect.any(String),
        });
      }
      const renditionSets = (await darkroom.storedRecords()).renditionSets.map(
        ({ renditionSetId }) => renditionSetId,
      );
      for (const { newer, older } of late) {
        expect(renditionSets.filter((id) => id.startsWith(sha256Hex(newer.bytes)))).toHaveLength(1);
        expect(renditionSets.filter((id) => id.startsWith(sha256Hex(older.bytes)))).toEqual([]);
      }
      // Each has its own described picture, the older ones that got this far included.
      const described = darkroom.captions.calls.slice(calls).map(({ picture }) => picture);
      expect(new Set(described.map(sha256Hex)).size).toBeGreaterThanOrEqual(late.length);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});

describe('an image that is deleted', () => {
  it(
    'does not take with it a newer picture that is put under the same key before the original is removed',
    async () => {
      const before = await darkroom.stats();
      const older = await aDrop('place.jpg', 85_000);
      const newer = await aDrop(older.key, 85_001, { width });
      await darkroom.drop(older.key, older.bytes);
      await darkroom.ended(older.imageId);

      const removal = { worker: 'host', call: 'DeleteObjects originals' } as const;
      await darkroom.faultControl.add({ ...removal, when: 'before', what: 'hold' });
      const deletion = darkroom.call(`/api/images/${older.imageId}`, { method: 'DELETE' });
      await darkroom.faultControl.held();
      await darkroom.drop(newer.key, newer.bytes);
      await shown(newer);
      await darkroom.faultControl.release();

      expect((await deletion).status).toBe(200);
      await darkroom.quiet();
      await expectOneOfEach(darkroom, [newer], before);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
