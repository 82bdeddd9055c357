import { expect } from 'vitest';
import type { Image, Status } from '#lib/images/image.ts';
import type { Images, ListQuery } from '#lib/images/images.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { anImage } from '#test/support/image-builder.ts';
import { at, done } from './image-fixtures.ts';

const allDone = mapSteps(() => done);
const rejected = { kind: 'type', reason: 'no picture' } as const;
export const propertiesByStatus: Record<Status, Partial<Image>> = {
  queued: {},
  processing: { beganAt: at },
  done: { beganAt: at, processedAt: at, steps: allDone },
  failed: { beganAt: at, processedAt: at, rejected },
};

/** An image listed so many hours before the end of 2026. */
export const listedBefore = (
  hours: number,
  status: Status = 'queued',
  key = `${hours}.jpg`,
): Image => ({
  ...anImage({ key, listedAt: new Date(Date.UTC(2027) - hours * 3_600_000).toISOString() }),
  ...propertiesByStatus[status],
});

export const addAll = (images: Images, all: Image[]) =>
  Promise.all(
    all.map((image) =>
      updateImage(image.imageId, (known) => (known ? undefined : { image }), { images }),
    ),
  );

export const originalNames = (images: readonly Image[]) =>
  images.map(({ originalName }) => originalName);

/** Follows the cursors to the last page. */
export const pages = async (
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
