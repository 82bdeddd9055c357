import { describe, expect, it } from 'vitest';
import type { Image } from '#lib/images/image.ts';
import type { Images, RenditionSet, Versioned } from '#lib/images/images.ts';
import { anImage } from '#test/support/image-builder.ts';
import { add, aRenditionSet, at, change, failed, shown } from './image-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

/** The contract of every `RenditionSets` adapter. Sets change only together with the images that show them. */
export const renditionSetsContract = (name: string, open: OpenImages) =>
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
      expect(await images.save(first, shows(first), create)).toBeDefined();
      expect(await renditionSets.find(renditionSetId)).toEqual({
        ...aRenditionSet,
        refs: 1,
      } satisfies RenditionSet);
      expect(await images.save(second, shows(second), addReference)).toBeDefined();
      expect(await refs()).toBe(2);

      const now = await images.find(imageId);
      expect(
        await images.save(now, first.image, { ...releaseReference, last: false }),
      ).toBeDefined();
      expect(await refs()).toBe(1);
      const then = await images.find(second.image.imageId);
      expect(
        await images.save(then, second.image, { ...releaseReference, last: true }),
      ).toBeDefined();
      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
    });

    it('are left unchanged, as is their image, when a condition on one of them fails', async () => {
      const { images, renditionSets, first, second, shows } = await given();
      const ended = { ...shows(second), steps: { ...second.image.steps, thumbnails: failed } };
      const refused = async (renditionSetChange: Parameters<Images['save']>[2]) => {
        const renditionSet = await renditionSets.find(renditionSetId);
        for (const after of [shows(second), { ...ended, beganAt: at, deleted: 'gone' as const }]) {
          expect(await images.save(second, after, renditionSetChange)).toBeUndefined();
        }
        expect(await images.find(second.image.imageId)).toEqual(second);
        expect(await renditionSets.find(renditionSetId)).toEqual(renditionSet);
      };

      await refused(addReference);
      await refused({ ...releaseReference, last: true });
      await refused({ ...releaseReference, last: false });
      expect(await images.save(first, shows(first), create)).toBeDefined();
      await refused(create);
      await refused({ ...addReference, owner: 'another-image.1' });
      await refused({ ...releaseReference, owner: 'another-image.1', last: true });
      await refused({ ...releaseReference, last: false });
      expect(await images.save(second, shows(second), addReference)).toBeDefined();
      const third = await images.find(first.image.imageId);
      expect(
        await images.save(third, first.image, { ...releaseReference, last: true }),
      ).toBeUndefined();
      expect((await renditionSets.find(renditionSetId))?.refs).toBe(2);
    });

    it('do not change after a conflict on the image', async () => {
      const { images, renditionSets, first, shows } = await given();
      await change(images, first.image, { originalName: 'changed' });

      expect(await images.save(first, shows(first), create)).toBeUndefined();

      expect(await renditionSets.find(renditionSetId)).toBeUndefined();
    });

    const caption = { text: 'A beach.', provider: 'p', model: 'm', durationMs: 7 };
    const set = { renditionSetId, owner };
    const second = (n: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, n));
    const lease = (from: number, to: number) => ({ now: second(from), until: second(to) });
    const givenSet = async () => {
      const { images, renditionSets, first, shows } = await given();
      expect(await images.save(first, shows(first), create)).toBeDefined();
      return renditionSets;
    };

    it('are leased to one of many workers that want to have them described', async () => {
      const renditionSets = await givenSet();

      const leases = await Promise.all(
        Array.from({ length: 10 }, () => renditionSets.leaseCaption(set, lease(0, 40))),
      );

      expect(leases.filter((one) => 'acquired' in one)).toHaveLength(1);
      expect(leases.filter((one) => 'heldUntil' in one)).toEqual(
        Array.from({ length: 9 }, () => ({ heldUntil: second(40) })),
      );
    });

    it('are leased again when the lease has ended by its time, or was released', async () => {
      const renditionSets = await givenSet();

      expect(await renditionSets.leaseCaption(set, lease(0, 40))).toEqual({ acquired: true });
      expect(await renditionSets.leaseCaption(set, lease(39, 80))).toEqual({
        heldUntil: second(40),
      });
      expect(await renditionSets.leaseCaption(set, lease(40, 80))).toEqual({ acquired: true });
      await renditionSets.releaseCaption(set);
      expect(await renditionSets.leaseCaption(set, lease(41, 80))).toEqual({ acquired: true });
      expect(await renditionSets.find(renditionSetId)).toEqual({ ...aRenditionSet, refs: 1 });
    });

    it('store their caption, which is not paid for again', async () => {
      const renditionSets = await givenSet();
      await renditionSets.leaseCaption(set, lease(0, 40));

      await renditionSets.releaseCaption(set, caption);

      expect(await renditionSets.leaseCaption(set, lease(1, 40))).toEqual({ caption });
      expect(await renditionSets.find(renditionSetId)).toEqual({
        ...aRenditionSet,
        refs: 1,
        caption,
      });
    });

    it('that are gone, or were made anew for another image, are neither leased nor described', async () => {
      const renditionSets = await givenSet();
      const others = { renditionSetId, owner: 'another.1' };
      const absent = { renditionSetId: 'beef/small-200', owner };

      for (const one of [others, absent]) {
        expect(await renditionSets.leaseCaption(one, lease(0, 40))).toEqual({ gone: true });
        await renditionSets.releaseCaption(one, caption);
      }

      expect(await renditionSets.find(absent.renditionSetId)).toBeUndefined();
      expect(await renditionSets.find(renditionSetId)).toEqual({ ...aRenditionSet, refs: 1 });
    });
  });
