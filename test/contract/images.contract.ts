import { describe, expect, it } from 'vitest';
import { imageIdOf } from '#lib/images/image.ts';
import type { Images, RenditionSets } from '#lib/images/images.ts';
import { anImage } from '#test/support/image-builder.ts';
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
};
