import { describe, expect, it } from 'vitest';
import type { Image } from '#lib/images/image.ts';
import type { Images, RenditionSet, Versioned } from '#lib/images/images.ts';
import { anImage } from '#test/support/image-builder.ts';
import { add, aRenditionSet, at, change, failed, shown } from './image-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

/** The contract of every `RenditionSets` adapter. Sets change only together with the images that show them. */
export const contentsContract = (name: string, open: OpenImages) =>
  describe(`${name} rendition sets`, () => {
    const { renditionSetId, owner } = aRenditionSet;
    const create = { action: 'create', renditionSet: aRenditionSet } as const;
    const addReference = { action: 'addReference', renditionSetId, owner } as const;
    const releaseReference = { action: 'releaseReference', renditionSetId, owner } as const;
    const given = async () => {
      const { images, renditionSets } = await open();
      const first = await add(images, anImage({ key: 'first' }));
      const second = await add(images, anImage({ key: 'second' }));
      const shows = ({ image }: Versioned): Image => ({ ...image, renditionSet: shown });
      return { images, renditionSets, first, second, shows };
    };

    it('exist as long as an image refers to them', async () => {
      const { images, renditionSets, first, second, shows } = await given();
      const { imageId } = first.image;
      const refs = async () => (await renditionSets.find(renditionSetId))?.refs;

      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
      expect(await images.save(first, shows(first), create)).toBe(true);
      expect(await renditionSets.find(renditionSetId)).toEqual({
        ...aRenditionSet,
        refs: 1,
      } satisfies RenditionSet);
      expect(await images.save(second, shows(second), addReference)).toBe(true);
      expect(await refs()).toBe(2);

      const now = await images.find(imageId);
      expect(await images.save(now, first.image, { ...releaseReference, last: false })).toBe(true);
      expect(await refs()).toBe(1);
      const then = await images.find(second.image.imageId);
      expect(await images.save(then, second.image, { ...releaseReference, last: true })).toBe(true);
      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
    });

    it('are left unchanged, as is their image, when a condition on one of them fails', async () => {
      const { images, renditionSets, first, second, shows } = await given();
      const ended = { ...shows(second), steps: { ...second.image.steps, thumbnails: failed } };
      const refused = async (renditionSetChange: Parameters<Images['save']>[2]) => {
        const renditionSet = await renditionSets.find(renditionSetId);
        for (const after of [shows(second), { ...ended, beganAt: at, deleted: 'gone' as const }]) {
          expect(await images.save(second, after, renditionSetChange)).toBe(false);
        }
        expect(await images.find(second.image.imageId)).toEqual(second);
        expect(await renditionSets.find(renditionSetId)).toEqual(renditionSet);
      };

      await refused(addReference);
      await refused({ ...releaseReference, last: true });
      await refused({ ...releaseReference, last: false });
      expect(await images.save(first, shows(first), create)).toBe(true);
      await refused(create);
      await refused({ ...addReference, owner: 'somebody.1' });
      await refused({ ...releaseReference, owner: 'somebody.1', last: true });
      await refused({ ...releaseReference, last: false });
      expect(await images.save(second, shows(second), addReference)).toBe(true);
      const third = await images.find(first.image.imageId);
      expect(await images.save(third, first.image, { ...releaseReference, last: true })).toBe(
        false,
      );
      expect((await renditionSets.find(renditionSetId))?.refs).toBe(2);
    });

    it('do not change after a conflict on the image', async () => {
      const { images, renditionSets, first, shows } = await given();
      await change(images, first.image, { originalName: 'changed' });

      expect(await images.save(first, shows(first), create)).toBe(false);

      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
    });

    it('store their caption, if any, and ignore one for a set that is gone', async () => {
      const { images, renditionSets, first, second, shows } = await given();
      const caption = { text: 'A beach.', provider: 'p', model: 'm', durationMs: 7 };
      const renditionSetChange = {
        action: 'setCaption',
        renditionSetId,
        owner,
        caption,
      } as const;

      expect(await images.save(second, { ...second.image, caption }, renditionSetChange)).toBe(
        true,
      );
      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
      expect(await images.save(first, shows(first), create)).toBe(true);
      const now = await images.find(first.image.imageId);
      const others = { ...renditionSetChange, owner: 'somebody.1' };
      expect(await images.save(now, { ...shows(first), caption }, others)).toBe(true);
      expect(await renditionSets.find(renditionSetId)).toEqual({ ...aRenditionSet, refs: 1 });
      const then = await images.find(first.image.imageId);
      expect(await images.save(then, { ...shows(first), caption }, renditionSetChange)).toBe(true);
      expect(await renditionSets.find(renditionSetId)).toEqual({
        ...aRenditionSet,
        refs: 1,
        caption,
      });

      expect(
        await images.save(
          then,
          { ...shows(first) },
          {
            ...renditionSetChange,
            caption: {
              ...caption,
              text: 'Late.',
            },
          },
        ),
      ).toBe(false);
      expect((await renditionSets.find(renditionSetId))?.caption).toEqual(caption);
    });
  });
