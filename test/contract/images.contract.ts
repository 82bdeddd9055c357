import { describe, expect, it } from 'vitest';
import { changeImage } from '#lib/images/change-image.ts';
import { noCounts } from '#lib/images/counts.ts';
import { type Image, imageIdOf, type Step } from '#lib/images/image.ts';
import type { Content, Contents, Images, Versioned } from '#lib/images/images.ts';
import { anImage } from '#test/support/an-image.ts';
import { aContent, at, done, failed, fullImage, shown } from './images-given.ts';

export type OpenImages = () => Promise<{ images: Images; contents: Contents }>;

/** What every store of images must do, whoever keeps them. Lists have a suite of their own. */
export const imagesContract = (name: string, open: OpenImages) => {
  const add = async (images: Images, image: Image): Promise<Versioned> => {
    expect(await images.swap(undefined, image)).toBe(true);
    const found = await images.find(image.imageId);
    if (!found) throw new Error('An image that was added is not found.');
    return found;
  };

  describe(`${name} keeps images`, () => {
    it('finds an image as it was given, down to the last field', async () => {
      const { images } = await open();

      const { image } = await add(images, fullImage);

      expect(image).toEqual(fullImage);
      expect(await images.find(imageIdOf('another'))).toBeUndefined();
    });

    it('keeps what a hostile camera or sender writes, however extreme', async () => {
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

      expect(await images.swap(undefined, anImage({ sizeBytes: 1 }))).toBe(false);

      expect((await images.find(anImage().imageId))?.image).toEqual(anImage());
      expect((await images.counts()).total).toBe(1);
    });

    it('lets one of many have its way, whether counts change with it or not', async () => {
      const { images } = await open();
      const before = await add(images, anImage());
      const plain = (n: number) => ({ ...before.image, originalName: `${n}` });
      const counted = (n: number) => ({ ...before.image, sizeBytes: n });

      for (const change of [plain, counted]) {
        const now = await images.find(before.image.imageId);
        const changes = [1, 2, 3, 4, 5, 6].map(change);
        const swaps = await Promise.all(changes.map((after) => images.swap(now, after)));

        // On AWS all of them may lose: two transactions that meet are both cancelled, at worst.
        expect(swaps.filter(Boolean).length).toBeLessThanOrEqual(1);
        const winner = changes[swaps.indexOf(true)] ?? now?.image;
        expect((await images.find(before.image.imageId))?.image).toEqual(winner);
      }
    });

    it('does not bring a deleted image back to life, and finds its tombstone', async () => {
      const { images } = await open();
      const before = await add(images, anImage());
      await change(images, before.image, { deleted: 'deleting' });
      await change(images, before.image, { deleted: 'gone' });

      expect(await images.swap(before, { ...before.image, beganAt: at })).toBe(false);
      expect(await images.swap(undefined, before.image)).toBe(false);

      expect((await images.find(before.image.imageId))?.image.deleted).toBe('gone');
      expect(await images.counts()).toEqual(noCounts);
    });

    it('takes a new arrival under the key of an image that is gone', async () => {
      const { images } = await open();
      const { image } = await add(images, anImage());
      await change(images, image, { deleted: 'gone' });

      const { deleted: _, ...again } = { ...image, rev: 2 };
      expect(await images.swap(await images.find(image.imageId), again)).toBe(true);

      expect((await images.find(image.imageId))?.image).toEqual(again);
      expect((await images.counts()).total).toBe(1);
    });

    it('counts what there is, and by what became of it', async () => {
      const { images } = await open();
      const caption: Step = { state: 'skipped', run: 1, reason: 'no provider' };
      const processed = { beganAt: at, processedAt: '2026-11-21T10:00:01.500Z' };
      const one = (key: string) => anImage({ key, sizeBytes: 1000 });
      await add(images, one('queued'));
      await add(images, { ...one('processing'), beganAt: at });
      const steps = { thumbnails: done, exif: done, caption };
      await add(images, { ...one('done'), ...processed, steps });
      const rejected = { kind: 'type', reason: 'no picture' } as const;
      await add(images, { ...one('failed'), ...processed, rejected });
      await add(images, { ...one('deleted'), deleted: 'deleting' });

      expect(await images.counts()).toEqual({
        total: 4,
        queued: 1,
        processing: 1,
        done: 1,
        failed: 1,
        captionsDone: 0,
        captionsFailed: 0,
        captionsSkipped: 1,
        captionsPending: 3,
        bytes: 4000,
        timed: 2,
        milliseconds: 3000,
      });
    });

    it('keeps raw tags apart, those of the newest revision', async () => {
      const { images } = await open();
      const { image } = await add(images, anImage());
      const raw = { Make: 'Leica', deep: { list: [1, null, 'ü'] }, huge: 1e300, '': '' };

      expect(await images.findRawExif(image.imageId)).toBeUndefined();
      await images.keepRawExif(image.imageId, 2, { Make: 'old' });
      await images.keepRawExif(image.imageId, 2, raw);
      await images.keepRawExif(image.imageId, 1, { Make: 'late' });

      expect(await images.findRawExif(image.imageId)).toEqual(raw);
      expect((await images.find(image.imageId))?.image).toEqual(image);
      await images.forgetRawExif(image.imageId);
      await images.forgetRawExif(image.imageId);
      expect(await images.findRawExif(image.imageId)).toBeUndefined();
      expect((await images.find(image.imageId))?.image).toEqual(image);
    });
  });

  describe(`${name} keeps contents`, () => {
    const { contentId, maker } = aContent;
    const created = { move: 'create', content: aContent } as const;
    const claimed = { move: 'claim', contentId, maker } as const;
    const released = { move: 'release', contentId, maker } as const;
    const given = async () => {
      const { images, contents } = await open();
      const first = await add(images, anImage({ key: 'first' }));
      const second = await add(images, anImage({ key: 'second' }));
      const shows = ({ image }: Versioned): Image => ({ ...image, content: shown });
      return { images, contents, first, second, shows };
    };

    it('as long as somebody shows them', async () => {
      const { images, contents, first, second, shows } = await given();
      const { imageId } = first.image;
      const refs = async () => (await contents.find(contentId))?.refs;

      expect(await contents.find(contentId)).toBeUndefined();
      expect(await images.swap(first, shows(first), created)).toBe(true);
      expect(await contents.find(contentId)).toEqual({ ...aContent, refs: 1 } satisfies Content);
      expect(await images.swap(second, shows(second), claimed)).toBe(true);
      expect(await refs()).toBe(2);

      const now = await images.find(imageId);
      expect(await images.swap(now, first.image, { ...released, last: false })).toBe(true);
      expect(await refs()).toBe(1);
      const then = await images.find(second.image.imageId);
      expect(await images.swap(then, second.image, { ...released, last: true })).toBe(true);
      expect(await contents.find(contentId)).toBeUndefined();
    });

    it('and writes nothing at all when one is not as expected', async () => {
      const { images, contents, first, second, shows } = await given();
      const ended = { ...shows(second), steps: { ...second.image.steps, thumbnails: failed } };
      const refused = async (move: Parameters<Images['swap']>[2]) => {
        const counts = await images.counts();
        const content = await contents.find(contentId);
        for (const after of [shows(second), { ...ended, beganAt: at, deleted: 'gone' as const }]) {
          expect(await images.swap(second, after, move)).toBe(false);
        }
        expect(await images.find(second.image.imageId)).toEqual(second);
        expect(await images.counts()).toEqual(counts);
        expect(await contents.find(contentId)).toEqual(content);
      };

      await refused(claimed);
      await refused({ ...released, last: true });
      await refused({ ...released, last: false });
      expect(await images.swap(first, shows(first), created)).toBe(true);
      await refused(created);
      await refused({ ...claimed, maker: 'somebody.1' });
      await refused({ ...released, maker: 'somebody.1', last: true });
      await refused({ ...released, last: false });
      expect(await images.swap(second, shows(second), claimed)).toBe(true);
      const third = await images.find(first.image.imageId);
      expect(await images.swap(third, first.image, { ...released, last: true })).toBe(false);
      expect((await contents.find(contentId))?.refs).toBe(2);
    });

    it('and moves none when another was quicker with the image', async () => {
      const { images, contents, first, shows } = await given();
      await change(images, first.image, { originalName: 'changed' });

      expect(await images.swap(first, shows(first), created)).toBe(false);

      expect(await contents.find(contentId)).toBeUndefined();
    });

    it('with their caption, where there is one, and does without where they are gone', async () => {
      const { images, contents, first, second, shows } = await given();
      const caption = { text: 'A beach.', provider: 'p', model: 'm', durationMs: 7 };
      const move = { move: 'caption', contentId, maker, caption } as const;

      expect(await images.swap(second, { ...second.image, caption }, move)).toBe(true);
      expect(await contents.find(contentId)).toBeUndefined();
      expect(await images.swap(first, shows(first), created)).toBe(true);
      const now = await images.find(first.image.imageId);
      const others = { ...move, maker: 'somebody.1' };
      expect(await images.swap(now, { ...shows(first), caption }, others)).toBe(true);
      expect(await contents.find(contentId)).toEqual({ ...aContent, refs: 1 });
      const then = await images.find(first.image.imageId);
      expect(await images.swap(then, { ...shows(first), caption }, move)).toBe(true);
      expect(await contents.find(contentId)).toEqual({ ...aContent, refs: 1, caption });

      expect(
        await images.swap(
          then,
          { ...shows(first) },
          {
            ...move,
            caption: {
              ...caption,
              text: 'Late.',
            },
          },
        ),
      ).toBe(false);
      expect((await contents.find(contentId))?.caption).toEqual(caption);
    });
  });
};

const change = (images: Images, { imageId }: Image, how: Partial<Image>) =>
  changeImage(imageId, (image) => image && { image: { ...image, ...how } }, { images });
