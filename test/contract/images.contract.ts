import { describe, expect, it } from 'vitest';
import { withStepEnded } from '#lib/images/advance-steps.ts';
import { type Image, imageIdOf } from '#lib/images/image.ts';
import type { Images, RenditionSets } from '#lib/images/images.ts';
import type { Outcome, StepName } from '#lib/images/step.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';
import { add, at, change, fullImage } from './image-fixtures.ts';

export type OpenImages = () => Promise<{ images: Images; renditionSets: RenditionSets }>;

/** The contract of every `Images` adapter. Lists have a suite of their own. */
export const imagesContract = (name: string, open: OpenImages) => {
  describe(`${name} stores images`, () => {
    it('finds an image as it was given, down to the last field', async () => {
      const { images } = await open();

      const { image } = await add(images, fullImage);

      expect(image).toEqual(fullImage);
      expect(await images.find(imageIdOf('another'))).toBeUndefined();
    });

    it('stores extreme values of hostile files and clients', async () => {
      const { images } = await open();
      const hostile = anImage({
        originalName: '\u0000 "quotes" \\ 𝄞 <b>',
        exif: {
          cameraMake: '',
          cameraModel: '\u0000',
          lensModel: null,
          datetimeOriginal: '??',
          iso: 1e300,
          focalLength: 5e-324,
          exposureTime: -1e-200,
          fNumber: 2 ** 60,
          gps: { lat: 1e-130, lon: -179.999999999999, alt: 1.7976931348623157e308 },
        },
      });

      expect((await add(images, hostile)).image).toEqual(hostile);
    });

    it('adds an image once', async () => {
      const { images } = await open();
      await add(images, anImage());

      expect(await images.save(undefined, anImage({ sizeBytes: 1 }))).toBeUndefined();

      expect((await images.find(anImage().imageId))?.image).toEqual(anImage());
    });

    it('lets one of many concurrent writers save', async () => {
      const { images } = await open();
      const before = await add(images, anImage());
      const plain = (n: number) => ({ ...before.image, originalName: `${n}` });
      const counted = (n: number) => ({ ...before.image, sizeBytes: n });

      for (const change of [plain, counted]) {
        const now = await images.find(before.image.imageId);
        const changes = [1, 2, 3, 4, 5, 6].map(change);
        const saves = await Promise.all(
          changes.map(async (after) => Boolean(await images.save(now, after))),
        );

        // On AWS all of them may lose: two transactions that meet are both cancelled, at worst.
        expect(saves.filter(Boolean).length).toBeLessThanOrEqual(1);
        const winner = changes[saves.indexOf(true)] ?? now?.image;
        expect((await images.find(before.image.imageId))?.image).toEqual(winner);
      }
    });

    it('does not restore a deleted image, and finds its tombstone', async () => {
      const { images } = await open();
      const before = await add(images, anImage());
      await change(images, before.image, { deleted: 'deleting' });
      await change(images, before.image, { deleted: 'gone' });

      expect(await images.save(before, { ...before.image, beganAt: at })).toBeUndefined();
      expect(await images.save(undefined, before.image)).toBeUndefined();

      expect((await images.find(before.image.imageId))?.image.deleted).toBe('gone');
    });

    it('accepts a new image under the key of one that is gone', async () => {
      const { images } = await open();
      const { image } = await add(images, anImage());
      await change(images, image, { deleted: 'gone' });

      const { deleted: _, ...again } = { ...image, rev: 2 };
      expect(await images.save(await images.find(image.imageId), again)).toBeDefined();

      expect((await images.find(image.imageId))?.image).toEqual(again);
    });

    it('stores raw tags apart, those of the newest revision', async () => {
      const { images } = await open();
      const { image } = await add(images, anImage());
      const raw = { Make: 'Leica', deep: { list: [1, null, 'ü'] }, huge: 1e300, '': '' };

      expect(await images.getRawExif(image.imageId)).toBeUndefined();
      await images.putRawExif(image.imageId, 2, { Make: 'old' });
      await images.putRawExif(image.imageId, 2, raw);
      await images.putRawExif(image.imageId, 1, { Make: 'late' });

      expect(await images.getRawExif(image.imageId)).toEqual(raw);
      expect((await images.find(image.imageId))?.image).toEqual(image);
      await images.deleteRawExif(image.imageId, 1);
      expect(await images.getRawExif(image.imageId)).toEqual(raw);
      await images.deleteRawExif(image.imageId, 2);
      await images.deleteRawExif(image.imageId, 2);
      expect(await images.getRawExif(image.imageId)).toBeUndefined();
      await images.putRawExif(image.imageId, 2, raw);
      await images.deleteRawExif(image.imageId, 3);
      expect(await images.getRawExif(image.imageId)).toBeUndefined();
      expect((await images.find(image.imageId))?.image).toEqual(image);
    });
  });

  describe(`${name} stores what workers of several steps change at once`, () => {
    const end = (image: Image, step: StepName, outcome: Outcome = { state: 'done' }): Image =>
      withStepEnded(image, step, outcome, {
        attempts: 1,
        durationMs: 5,
        endedAt: new Date('2026-11-21T10:00:00Z'),
      });
    const given = async () => {
      const { images } = await open();
      return { images, before: await add(images, anImage()) };
    };

    it('all of it, and returns the record with what the others have stored', async () => {
      const { images, before } = await given();
      const { image } = before;

      const saved = await images.save(before, { ...end(image, 'exif'), exif: anExif });
      const last = await images.save(before, { ...end(image, 'thumbnails'), sha256: 'ab' });

      expect(saved).toMatchObject({ version: 2, image: { exif: anExif } });
      expect(last).toEqual(await images.find(image.imageId));
      expect(last).toMatchObject({ version: 3, image: { exif: anExif, sha256: 'ab' } });
      expect(last?.image.steps).toMatchObject({
        thumbnails: { state: 'done' },
        exif: { state: 'done' },
        caption: { state: 'pending' },
      });
    });

    it('but the end of a run only once, and of a run that is over never', async () => {
      const { images, before } = await given();
      const { image } = before;
      const failed: Outcome = { state: 'failed', code: 'damaged_file', reason: 'no', gaveUp: true };
      const other = end(image, 'exif', { ...failed, gaveUp: false });

      const first = await images.save(before, end(image, 'exif', failed));
      expect(await images.save(before, end(image, 'exif'))).toBeUndefined();
      if (!first) throw new Error('The first end was not saved.');

      const redriven = await images.save(first, end(first.image, 'exif'));
      expect(redriven?.image.steps.exif.state).toBe('done');
      expect(await images.save(first, other)).toBeUndefined();
      await change(images, image, {
        steps: { ...image.steps, exif: { state: 'pending', run: 2, since: at } },
      });
      expect(await images.save(before, end(image, 'exif'))).toBeUndefined();
      expect((await images.find(image.imageId))?.image.steps.exif).toMatchObject({ run: 2 });
    });

    it('but nothing of an image that was deleted or replaced meanwhile', async () => {
      for (const how of [{ deleted: 'deleting' }, { rev: 2 }] as const) {
        const { images, before } = await given();
        await change(images, before.image, how);

        expect(await images.save(before, end(before.image, 'exif'))).toBeUndefined();
        expect(await images.save(before, { ...before.image, sha256: 'ab' })).toBeUndefined();
        expect((await images.find(before.image.imageId))?.image).toMatchObject(how);
      }
    });

    it('but not what was decided on the whole record before', async () => {
      const { images, before } = await given();
      await images.save(before, end(before.image, 'exif'));

      const renamed = { ...before.image, originalName: 'late' };

      expect(await images.save(before, renamed)).toBeUndefined();
    });

    it('with the time at which the first of them began', async () => {
      const { images, before } = await given();
      const { image } = before;
      const late = '2026-11-21T10:00:09.000Z';

      await images.save(before, { ...end(image, 'exif'), beganAt: at });
      const last = await images.save(before, { ...end(image, 'thumbnails'), beganAt: late });

      expect(last?.image.beganAt).toBe(at);
    });

    it('and marks an image as begun once, in the request that reads it', async () => {
      const { images, before } = await given();
      const { imageId } = before.image;
      const run = { step: 'thumbnails', rev: 1, run: 1 } as const;
      const later = new Date('2026-11-21T10:00:09.000Z');

      const begun = { image: { ...before.image, beganAt: at }, version: 2 };
      expect(await images.begin(imageId, run, new Date(at))).toEqual(begun);
      expect(await images.begin(imageId, run, later)).toEqual(begun);
      expect(await images.begin(imageIdOf('another'), run, later)).toBeUndefined();
    });

    it('and marks nothing as begun for a run that is over, an earlier revision, or a deleted image', async () => {
      const { images, before } = await given();
      const { imageId } = before.image;
      const begin = (rev: number, run: number) =>
        images.begin(imageId, { step: 'thumbnails', rev, run }, new Date(at));

      expect(await begin(1, 0)).toEqual(before);
      expect(await begin(0, 1)).toEqual(before);
      await change(images, before.image, { deleted: 'deleting' });
      expect(await begin(1, 1)).toEqual(await images.find(imageId));
      expect((await images.find(imageId))?.image.beganAt).toBeUndefined();
    });
  });
};
