import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Exif } from '#lib/images/exif.ts';
import { Image, indexedStatus } from '#lib/images/image.ts';
import type { Versioned } from '#lib/images/images.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

/** An image's position in the lists: `2026-11`, and within it `<ISO time>#<image id>`. */
export const listPosition = ({ listedAt, imageId }: Pick<Image, 'listedAt' | 'imageId'>) => {
  const at = new Date(listedAt).toISOString(); // always with milliseconds, so that text sorts as time
  return { month: at.slice(0, 7), listedAt: `${at}#${imageId}` };
};

/** The item of an image's record. */
export const recordKey = (imageId: string) => ({ image_id: imageId, part: 'record' });
/** The item of an image's raw EXIF tags. */
export const exifKey = (imageId: string) => ({ image_id: imageId, part: 'exif' });

const tombstoneSeconds = 24 * 60 * 60;

/**
 * An image as it is stored. The index attributes are derived from the image and written only together
 * with it: an image that is being deleted has no month partition, so it is in no list; one that is gone
 * is in no index at all, and expires.
 */
export const toItem = (image: Image, version: number) => {
  const { month, listedAt } = listPosition(image);
  const { exif, ...rest } = image;
  const status = indexedStatus(image);
  return {
    ...recordKey(image.imageId),
    v: version,
    listed_at: listedAt,
    ...(!image.deleted && { partition: month }),
    ...(status === 'gone'
      ? { expires: Math.floor(Date.now() / 1000) + tombstoneSeconds }
      : { status_partition: `${status}#${month}` }),
    image: rest,
    // As text: an untrusted file may claim numbers that a DynamoDB number cannot hold.
    ...(exif && { exif: JSON.stringify(exif) }),
  };
};

const json = z.string().transform((text): unknown => JSON.parse(text));

const Item = z
  .object({
    v: z.int(),
    image: Image.omit({ exif: true }),
    exif: json.pipe(Exif).optional(),
  })
  .transform(
    ({ v, image, exif }): Versioned => ({ image: { ...image, ...(exif && { exif }) }, version: v }),
  );

/** Reads a stored image; throws a ZodError where the item is no image. */
export const fromItem = (item: unknown): Versioned => parseItem(Item, item);

/** Reads records strongly consistently, in the order of their ids; missing ones are left out. */
export const readRecords = async (
  table: string,
  imageIds: readonly string[],
  client: DynamoDBDocumentClient,
): Promise<Image[]> => {
  const items = await readMany(table, imageIds.map(recordKey), client);
  const found = new Map(
    items.map((item) => {
      const { image } = fromItem(item);
      return [image.imageId, image] as const;
    }),
  );
  return imageIds.flatMap((imageId) => found.get(imageId) ?? []);
};
