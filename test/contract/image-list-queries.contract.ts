import { describe, expect, it } from 'vitest';
import type { Image } from '#lib/images/image.ts';
import type { ListQuery } from '#lib/images/images.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { eventually } from '#test/support/eventually.ts';
import { anExif, anImage } from '#test/support/image-builder.ts';
import { done } from './image-fixtures.ts';
import { addAll, listedBefore, originalNames, pages } from './image-list-fixtures.ts';
import type { OpenImages } from './images.contract.ts';

/** The contract of what lists can be asked for, for every `Images` adapter. */
export const imageListQueriesContract = (name: string, open: OpenImages) =>
  describe(`${name} lists images`, () => {
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

    it('of a time, with both ends, in either order', async () => {
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
        [{ order: 'asc' }, [49, 25, 24, 12, 2, 1]],
        [{ order: 'asc', from: '2026-12-31' }, [24, 12, 2, 1]],
        [{ order: 'asc', to: '2026-12-30' }, [49, 25]],
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
  });
