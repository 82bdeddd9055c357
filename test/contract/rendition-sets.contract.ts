import { describe, expect, it } from 'vitest';
import type { Image } from '#lib/images/image.ts';
import type { Content, Images, Versioned } from '#lib/images/images.ts';
import { anImage } from '#test/support/image-builder.ts';
import type { OpenImages } from './images.contract.ts';
import { aContent, add, at, change, failed, shown } from './image-fixtures.ts';

/** What every store of contents must do; they change only together with the images that show them. */
export const contentsContract = (name: string, open: OpenImages) =>
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
