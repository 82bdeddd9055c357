import { describe, expect, it } from 'vitest';
import { type Image, statuses } from '#lib/images/image.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { eventually } from '#test/support/eventually.ts';
import { change } from './image-fixtures.ts';
import {
  addAll,
  listedBefore,
  originalNames,
  pages,
  propertiesByStatus,
} from './image-list-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

/** The contract of lists for every `Images` adapter. Indexes are eventually consistent, so are lists. */
export const imageListsContract = (name: string, open: OpenImages) =>
  describe(`${name} lists images`, () => {
    it('as a single empty page where there are none', async () => {
      const { images } = await open();

      expect(await images.list({ limit: 10 })).toEqual({ images: [], cursor: undefined });
      expect(await images.list({ limit: 10, after: '2026-11-21T09:30:00.000Z#x' })).toEqual({
        images: [],
        cursor: undefined,
      });
    });

    it('newest first, over months, in pages that skip and repeat nothing', async () => {
      const { images } = await open();
      const hours = [1, 2, 3, 300, 301, 745, 746, 747, 748, 5000, 5001, 9000];
      await addAll(
        images,
        hours.toSorted(() => 0.5 - Math.random()).map((h) => listedBefore(h)),
      );
      const names = hours.map((h) => `${h}.jpg`);

      for (const limit of [1, 2, 4, 5, 12, 100])
        await eventually(async () => {
          const turned = await pages(images, { limit });
          expect(originalNames(turned.flat())).toEqual(names);
          // No page but the last is short here, and the last one has no cursor.
          expect(turned).toHaveLength(Math.ceil(hours.length / limit));
        });
    });

    it('of one moment in a stable order', async () => {
      const { images } = await open();
      const all = [1, 2, 3, 4, 5, 6, 7].map((n) => listedBefore(24, 'queued', `${n}.jpg`));
      await addAll(images, all);

      await eventually(async () => {
        const turned = await pages(images, { limit: 3 });
        expect(originalNames(turned.flat()).toSorted()).toEqual(originalNames(all));
      });
    });

    it('of one status, also where such images are rare', async () => {
      const { images } = await open();
      const month = 732;
      const hours = Array.from({ length: 40 }, (_, index) => 24 + index * month);
      const few = new Set([24 + 3 * month, 24 + 30 * month, 24 + 39 * month]);
      await addAll(
        images,
        hours.map((h) => listedBefore(h, few.has(h) ? 'failed' : 'done')),
      );

      await eventually(async () => {
        const failed = (await pages(images, { status: 'failed', limit: 2 })).flat();
        expect(originalNames(failed)).toEqual([...few].map((h) => `${h}.jpg`));
        const finished = (await pages(images, { status: 'done', limit: 50 })).flat();
        expect(originalNames(finished)).toEqual(
          hours.filter((h) => !few.has(h)).map((h) => `${h}.jpg`),
        );
      });
    });

    it('under the status they have now, and no longer when they are deleted', async () => {
      const { images } = await open();
      const image = listedBefore(24);
      await addAll(images, [image]);

      for (const now of statuses) {
        await change(images, image, propertiesByStatus[now]);
        await eventually(async () => {
          for (const status of statuses) {
            const { images: found } = await images.list({ status, limit: 10 });
            expect(originalNames(found)).toEqual(status === now ? [image.originalName] : []);
          }
        });
      }
      for (const deleted of ['deleting', 'gone'] as const) {
        await change(images, image, { deleted });
        for (const status of [undefined, ...statuses])
          await eventually(async () =>
            expect((await images.list({ status, limit: 10 })).images).toEqual([]),
          );
      }
    });

    it('in their new position when they are uploaded again after they were gone', async () => {
      const { images } = await open();
      const old = listedBefore(2000, 'queued', 'again.jpg');
      await addAll(images, [old, listedBefore(1000)]);
      await change(images, old, { deleted: 'gone' });

      const again = listedBefore(1, 'queued', 'again.jpg');
      await updateImage(old.imageId, () => ({ image: { ...again, rev: 2 } }), { images });

      await eventually(async () =>
        expect(originalNames((await pages(images, { limit: 1 })).flat())).toEqual([
          'again.jpg',
          '1000.jpg',
        ]),
      );
    });

    it('that do not change exactly once, while others are added, changed and deleted', async () => {
      const { images } = await open();
      const all = Array.from({ length: 30 }, (_, index) => listedBefore(400 + index * 24));
      const still = all.filter((_, index) => index % 3 === 0);
      const moving = all.filter((_, index) => index % 3 !== 0);
      await addAll(images, all);
      await eventually(async () =>
        expect((await pages(images, { limit: 100 })).flat()).toHaveLength(all.length),
      );

      let turn = 0;
      const stir = async () => {
        const [first, second] = moving.splice(0, 2);
        if (first) await change(images, first, { deleted: 'gone' });
        if (second) await change(images, second, propertiesByStatus.done);
        await addAll(images, [listedBefore(++turn)]);
      };
      const seen = originalNames(
        (await pages(images, { status: 'queued', limit: 4 }, stir)).flat(),
      );

      const names = originalNames(still);
      expect(seen.filter((one) => names.includes(one))).toEqual(names);
      expect(new Set(seen).size).toBe(seen.length);
    });

    it('that are unfinished, and interrupted deletions, however old', async () => {
      const { images } = await open();
      const before = new Date(Date.UTC(2027) - 10 * 3_600_000);
      const deleting = { ...listedBefore(25_000), deleted: 'deleting' as const };
      await addAll(images, [
        listedBefore(9), // too recent, like the next one
        listedBefore(8, 'processing'),
        listedBefore(11),
        listedBefore(30_000, 'processing'),
        deleting,
        listedBefore(12, 'done'),
        listedBefore(13, 'failed'),
        { ...listedBefore(14), deleted: 'gone' },
        ...Array.from({ length: 120 }, (_, index) => listedBefore(100, 'queued', `many/${index}`)),
      ]);

      await eventually(async () => {
        const unfinished: Image[] = [];
        for await (const image of images.unfinished(before)) unfinished.push(image);
        const found = originalNames(unfinished);
        const few = found.filter((one) => one.endsWith('.jpg')).toSorted();
        expect(few).toEqual(['11.jpg', '25000.jpg', '30000.jpg']);
        expect(new Set(found).size).toBe(123);
        expect(found).toHaveLength(123);
      });
    });
  });
