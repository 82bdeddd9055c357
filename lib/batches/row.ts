import { z } from 'zod';
import { errorOf, type Image, imageIdOf, statusOf } from '#lib/images/image.ts';
import { sanitizeFilename } from '#lib/images/object-key.ts';
import type { BatchStatus, RowCounts } from './batch.ts';

const inputUrl = z.string();

/** One URL of a product, and what became of it. */
export const RowImage = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending'), inputUrl }),
  /** Its picture has been fetched, and is an image like any other from here on. */
  z.object({ state: z.literal('fetched'), inputUrl }),
  z.object({ state: z.literal('completed'), inputUrl }),
  /** `fetched` where there is an image that failed, or was deleted. */
  z.object({ state: z.literal('failed'), inputUrl, reason: z.string(), fetched: z.boolean() }),
]);
export type RowImage = z.infer<typeof RowImage>;

/** One product of a batch. `number` counts products from 1. */
export const Row = z.object({
  number: z.int(),
  serialNumber: z.string(),
  productName: z.string(),
  images: z.array(RowImage),
});
export type Row = z.infer<typeof Row>;

export const hasEndedImage = ({ state }: RowImage): boolean =>
  state === 'completed' || state === 'failed';

/** A pure function of the row: whoever writes a row writes the difference of its counts. */
export const countRow = ({ images }: Row): RowCounts => ({
  products: images.every(hasEndedImage) ? 1 : 0,
  images: images.filter(hasEndedImage).length,
  failed: images.filter(({ state }) => state === 'failed').length,
});

/** In the words of a batch, of which a row is a small one. */
export const rowStatus = ({ images }: Row): BatchStatus => {
  if (images.every(({ state }) => state === 'pending')) return 'pending';
  if (!images.every(hasEndedImage)) return 'processing';
  const failed = images.filter(({ state }) => state === 'failed').length;
  if (failed === 0) return 'completed';
  return failed === images.length ? 'failed' : 'completed_with_errors';
};

/** Which URL of which product of which batch; `index` counts from 0. */
export type RowPlace = { requestId: string; number: number; index: number };

/** Where a row's picture is kept: predictable, so that a repeat overwrites instead of adding. */
export const rowImageKey = ({ requestId, number, index }: RowPlace, url: string): string =>
  `batches/${requestId}/${number}-${index + 1}/${sanitizeFilename(pictureName(url))}`;

export const rowImageId = (place: RowPlace, url: string): string =>
  imageIdOf(rowImageKey(place, url));

/** Where the processed picture of a row is served. */
export const outputUrl = (imageId: string, baseUrl: string): string =>
  `${baseUrl}/api/image/${imageId}.jpg`;

/** The row that a picture belongs to; undefined for a picture that somebody dropped there by hand. */
export const parseRowKey = (key: string): RowPlace | undefined => {
  const [, requestId, number, nth] = /^batches\/([^/]+)\/(\d+)-(\d+)\/[^/]+$/.exec(key) ?? [];
  return requestId && number && nth
    ? { requestId, number: Number(number), index: Number(nth) - 1 }
    : undefined;
};

/** What people call the picture behind a URL: the last segment of its path. */
export const pictureName = (url: string): string => {
  const last = URL.parse(url)?.pathname.split('/').filter(Boolean).at(-1) ?? '';
  try {
    return decodeURIComponent(last) || 'picture';
  } catch {
    return last; // a % that encodes nothing
  }
};

/** How an image ended for its row; undefined while it has not. */
export const rowOutcome = (image: Image, inputUrl: string): RowImage | undefined => {
  const failed = { state: 'failed', inputUrl, fetched: true } as const;
  if (image.deleted) return { ...failed, reason: 'The image was deleted.' };
  const status = statusOf(image);
  if (status === 'done') return { state: 'completed', inputUrl };
  return status === 'failed'
    ? { ...failed, reason: errorOf(image) ?? 'The image failed.' }
    : undefined;
};

/** The row with one of its pictures in another state; undefined where that one is over already. */
export const withImage = (row: Row, index: number, after: RowImage): Row | undefined => {
  const before = row.images[index];
  if (!before || hasEndedImage(before) || before.state === after.state) return undefined;
  return { ...row, images: row.images.with(index, after) };
};
