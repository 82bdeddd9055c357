import { z } from 'zod';
import type { LinkTo } from '#lib/delivery/links.ts';
import { optimizedPreset } from '#lib/delivery/preset.ts';
import { type ErrorCode, errorCodeNames } from '#lib/error-codes.ts';
import { failureOf, type Image, imageIdOf, statusOf } from '#lib/images/image.ts';
import { pictureName, sanitizeFilename } from '#lib/images/object-key.ts';
import type { BatchStatus, RowCounts } from './batch.ts';

const inputUrl = z.string();

/** One URL of a product, and its state. */
export const RowImage = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending'), inputUrl }),
  /** Its picture has been fetched, and becomes an image like any other. */
  z.object({ state: z.literal('fetched'), inputUrl }),
  /** `etag` is the original's; rows of earlier releases have none. */
  z.object({ state: z.literal('completed'), inputUrl, etag: z.string().optional() }),
  /** `fetched` is true where there was an image, which failed or was deleted. */
  z.object({
    state: z.literal('failed'),
    inputUrl,
    reason: z.string(),
    fetched: z.boolean(),
    /** Earlier releases stored none. */
    code: z.enum(errorCodeNames).optional().catch(undefined),
  }),
  z.object({ state: z.literal('cancelled'), inputUrl, fetched: z.boolean() }),
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

/** The code of a failed URL of any release. */
export const rowErrorCode = ({
  code,
  fetched,
}: Extract<RowImage, { state: 'failed' }>): ErrorCode =>
  code ?? (fetched ? 'unreadable_file' : 'not_fetched');

/** Whether this URL has its outcome. */
export const hasEndedImage = ({ state }: RowImage): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled';

/** Why a cancelled picture has no output. */
export const cancelledReason = 'The batch was cancelled before this picture was processed.';

/** What a row adds to the counters: a function of the row only, so that each save can add the difference. */
export const countRow = ({ images }: Row): RowCounts => {
  const cancelled = images.filter(({ state }) => state === 'cancelled').length;
  return {
    products: images.every(hasEndedImage) ? 1 : 0,
    images: images.filter(hasEndedImage).length,
    failed: images.filter(({ state }) => state === 'failed').length,
    ...(cancelled > 0 && { cancelled }),
  };
};

/** The status of a row, in the words of a batch. */
export const rowStatus = ({ images }: Row): BatchStatus => {
  if (images.every(({ state }) => state === 'pending')) return 'pending';
  if (!images.every(hasEndedImage)) return 'processing';
  if (images.some(({ state }) => state === 'cancelled')) return 'cancelled';
  const failed = images.filter(({ state }) => state === 'failed').length;
  if (failed === 0) return 'completed';
  return failed === images.length ? 'failed' : 'completed_with_errors';
};

/** Which URL of which product of which batch; `index` counts from 0. */
export type RowPlace = { requestId: string; number: number; index: number };

/** The key of a row's picture: predictable, so that a repeat overwrites instead of adding. */
export const rowImageKey = ({ requestId, number, index }: RowPlace, url: string): string =>
  `batches/${requestId}/${number}-${index + 1}/${sanitizeFilename(pictureName(url))}`;

/** The id of the image that a row's picture becomes. */
export const rowImageId = (place: RowPlace, url: string): string =>
  imageIdOf(rowImageKey(place, url));

/** The link of a row's processed picture; null where there is none. */
export const outputUrl = (place: RowPlace, image: RowImage, linkTo: LinkTo): string | null =>
  image.state === 'completed'
    ? linkTo({ imageId: rowImageId(place, image.inputUrl), etag: image.etag }, optimizedPreset)
    : null;

/** The row that a picture belongs to, by its key; undefined where the key is not one of rowImageKey. */
export const parseRowKey = (key: string): RowPlace | undefined => {
  const [, requestId, number, nth] = /^batches\/([^/]+)\/(\d+)-(\d+)\/[^/]+$/.exec(key) ?? [];
  return requestId && number && nth
    ? { requestId, number: Number(number), index: Number(nth) - 1 }
    : undefined;
};

/** The outcome of an image for its row; undefined until it has ended. */
export const rowOutcome = (image: Image, inputUrl: string): RowImage | undefined => {
  if (image.deleted) return deletedOutcome(inputUrl);
  const status = statusOf(image);
  if (status === 'done') return { state: 'completed', inputUrl, etag: image.etag };
  const failure = status === 'failed' ? failureOf(image) : null;
  return failure
    ? { state: 'failed', inputUrl, code: failure.code, reason: failure.error, fetched: true }
    : undefined;
};

export const deletedOutcome = (inputUrl: string): RowImage => ({
  state: 'failed',
  inputUrl,
  code: 'image_deleted',
  reason: 'The image was deleted.',
  fetched: true,
});

/** The row with one of its pictures in another state; undefined where that picture already has its outcome. */
export const withImage = (row: Row, index: number, after: RowImage): Row | undefined => {
  const before = row.images[index];
  if (!before || hasEndedImage(before) || before.state === after.state) return undefined;
  return { ...row, images: row.images.with(index, after) };
};
