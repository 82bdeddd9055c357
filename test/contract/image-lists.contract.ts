import { describe, expect, it } from 'vitest';
import { type Image, type Status, statuses } from '#lib/images/image.ts';
import type { Images, ListQuery } from '#lib/images/images.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { eventually } from '#test/support/eventually.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';
import { at, change, done } from './image-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

const allDone = mapSteps(() => done);
const rejected = { kind: 'type', reason: 'no picture' } as const;
const propertiesByStatus: Record<Status, Partial<Image>> = {
  queued: {},
  processing: { beganAt: at },
  done: { beganAt: at, processedAt: at, steps: allDone },
  failed: { beganAt: at, processedAt: at, rejected },
};

/** An image listed so many hours before the end of 2026. */
const listedBefore = (hours: number, status: Status = 'queued', key = `${hours}.jpg`): Image => ({
  ...anImage({ key, listedAt: new Date(Date.UTC(2027) - hours * 3_600_000).toISOString() }),
  ...propertiesByStatus[status],
});

const addAll = (images: Images, all: Image[]) =>
  Promise.all(
    all.map((image) =>
      updateImage(image.imageId, (known) => (known ? undefined : { image }), { images }),
    ),
  );

const originalNames = (images: readonly Image[]) => images.map(({ originalName }) => originalName);

/** Follows the cursors to the last page. */
const pages = async (
  images: Images,
  query: Omit<ListQuery, 'after'>,
  between: () => Promise<unknown> = async () => {},
): Promise<Image[][]> => {
  const turned: Image[][] = [];
  let after: string | undefined;
  do {
    const page = await images.list({ ...query, after });
    expect(page.images.length).toBeLessThanOrEqual(query.limit);
    turned.push(page.images);
    after = page.cursor;
    await between();
  } while (after);
  return turned;
};

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

    const takenAt = (datetimeOriginal: string | null, key: string, more: Partial<Image> = {}) =>
      anImage({ key, exif: { ...anExif, datetimeOriginal }, ...more });

    it('by when they were taken, of which that is known, by the clock there', async () => {
      const { images } = await open();
      const all = [
        takenAt('2019-07-01T12:00:00', 'noon.jpg'),
        takenAt('2019-07-01T11:00:00+09:00', 'tokyo.jpg'),
        takenAt('2019-07-01T12:00:00.500-08:00', 'later.jpg'),
        takenAt('2024-01-01T00:00:00', 'newest.jpg'),
        takenAt('1999-12-31T23:59:59', 'oldest.jpg'),
      ];
      await addAll(images, [
        ...all,
        takenAt(null, 'unknown.jpg'),
        takenAt('??', 'nonsense.jpg'),
        anImage({ key: 'silent.jpg' }),
        takenAt('2020-01-01T00:00:00', 'deleted.jpg', { deleted: 'deleting' }),
      ]);

      await eventually(async () => {
        for (const limit of [1, 2, 10])
          expect(originalNames((await pages(images, { sort: 'taken', limit })).flat())).toEqual([
            'newest.jpg',
            'later.jpg',
            'noon.jpg',
            'tokyo.jpg',
            'oldest.jpg',
          ]);
      });
    });

    it('in the new place when the time at which they were taken becomes known', async () => {
      const { images } = await open();
      const image = anImage({ key: 'one.jpg' });
      await addAll(images, [image, takenAt('2019-07-01T12:00:00', 'other.jpg')]);

      await updateImage(
        image.imageId,
        (known) =>
          known && {
            image: {
              ...known,
              exif: { ...anExif, datetimeOriginal: '2020-01-01T00:00:00' },
              steps: { ...known.steps, exif: done },
            },
          },
        { images },
      );

      await eventually(async () =>
        expect(originalNames((await images.list({ sort: 'taken', limit: 5 })).images)).toEqual([
          'one.jpg',
          'other.jpg',
        ]),
      );
    });

    it('of a time, with both ends', async () => {
      const { images } = await open();
      await addAll(
        images,
        [1, 2, 12, 24, 25, 49].map((h) => listedBefore(h)),
      );
      const cases: [Partial<ListQuery>, number[]][] = [
        [{ from: '2026-12-31T12:00:00.000Z' }, [1, 2, 12]],
        [{ to: '2026-12-31T12:00:00.000Z' }, [12, 24, 25, 49]],
        [{ from: '2026-12-31', to: '2026-12-31' }, [1, 2, 12, 24]],
        [{ from: '2026-12-30', to: '2026-12-30' }, [25]],
        [{ to: '2026-12-29' }, [49]],
        [{ from: '2027-01-01' }, []],
        [{ from: '2026-12-31', to: '2026-12-30' }, []],
        [{ status: 'queued', from: '2026-12-31T12:00:00.000Z' }, [1, 2, 12]],
      ];

      await eventually(async () => {
        for (const [query, hours] of cases)
          for (const limit of [2, 10])
            expect(
              originalNames((await pages(images, { ...query, limit })).flat()),
              JSON.stringify(query),
            ).toEqual(hours.map((h) => `${h}.jpg`));
      });
    });

    it('of one source, and of one status and time as well, however rare they are', async () => {
      const { images } = await open();
      const rare = new Set([3, 70, 128, 129]);
      const all = Array.from({ length: 130 }, (_, index) => index + 1);
      await addAll(
        images,
        all.map((h) => ({
          ...listedBefore(h, 'done'),
          source: rare.has(h) ? ('edit' as const) : ('upload' as const),
        })),
      );

      await eventually(async () => {
        const ofSource = await pages(images, { source: 'edit', limit: 3 });
        expect(originalNames(ofSource.flat())).toEqual([...rare].map((h) => `${h}.jpg`));
        const early = { source: 'edit', status: 'done', to: '2026-12-29', limit: 2 } as const;
        expect(originalNames((await pages(images, early)).flat())).toEqual([
          '70.jpg',
          '128.jpg',
          '129.jpg',
        ]);
        expect(
          originalNames(
            (await pages(images, { source: 'edit', status: 'failed', limit: 5 })).flat(),
          ),
        ).toEqual([]);
      });
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
