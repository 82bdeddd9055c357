import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Exif, noExif } from '#lib/images/exif.ts';
import { Image, ImageRenditions, ownerOf } from '#lib/images/image.ts';
import type { Versioned } from '#lib/images/images.ts';
import { lastSegment } from '#lib/images/object-key.ts';
import { toIndexAttributes } from './dynamo-image-indexes.ts';
import { readMany } from './dynamo-read-many.ts';
import { parseItem } from './stored-names.ts';

/** The item of an image's record. */
export const recordKey = (imageId: string) => ({ image_id: imageId, part: 'record' });
/** The item of an image's raw EXIF tags. */
export const exifKey = (imageId: string) => ({ image_id: imageId, part: 'exif' });

const tombstoneSeconds = 24 * 60 * 60;

/**
 * An image as it is stored, with its index attributes. Each kB costs a write unit at every write, so
 * what another attribute says is left out.
 */
export const toItem = (image: Image, version: number) => {
  const { imageId, listedAt, uploadedAt, originalName, renditionSet, exif, ...rest } = image;
  return {
    ...recordKey(imageId),
    v: version,
    ...toIndexAttributes(image),
    ...rest,
    ...(uploadedAt !== listedAt && { uploadedAt }),
    ...(originalName !== nameInKey(image) && { originalName }),
    ...(renditionSet && { renditionSet: toStoredSet(renditionSet, image) }),
    ...(exif && { exif: toExifText(exif) }),
    ...(image.deleted === 'gone' && {
      expires: Math.floor(Date.now() / 1000) + tombstoneSeconds,
    }),
  };
};

const nameInKey = ({ key }: Pick<Image, 'key'>): string => lastSegment(key ?? '');

/** The id of a set begins with the hash of the bytes, and most sets were made for the image itself. */
const toStoredSet = (set: ImageRenditions, image: Image) => {
  const { renditionSetId, owner, ...rest } = set;
  const prefix = `${image.sha256}/`;
  return {
    ...(renditionSetId.startsWith(prefix)
      ? { sizes: renditionSetId.slice(prefix.length) }
      : { renditionSetId }),
    ...(owner !== ownerOf(image) && { owner }),
    ...rest,
  };
};

/** As text: an untrusted file may claim numbers that a DynamoDB number cannot hold. */
const toExifText = (exif: Exif): string =>
  JSON.stringify(Object.fromEntries(Object.entries(exif).filter(([, value]) => value !== null)));

const Json = z.string().transform((text): unknown => JSON.parse(text));

const Item = z
  .object({
    ...Image.omit({ imageId: true, listedAt: true }).shape,
    v: z.int(),
    image_id: z.string(),
    listed_at: z.string(),
    uploadedAt: Image.shape.uploadedAt.optional(),
    originalName: z.string().optional(),
    renditionSet: z
      .object({
        ...ImageRenditions.shape,
        renditionSetId: z.string().optional(),
        owner: z.string().optional(),
        sizes: z.string().optional(),
      })
      .optional(),
    exif: Json.pipe(z.looseObject({}))
      .transform((exif) => ({ ...noExif, ...exif }))
      .pipe(Exif)
      .optional(),
  })
  .transform((item): Versioned => {
    const { v, image_id: imageId, listed_at, renditionSet: set, uploadedAt, ...rest } = item;
    const listedAt = listed_at.split('#')[0] ?? '';
    const renditionSet = set && {
      renditionSetId: set.renditionSetId ?? `${rest.sha256}/${set.sizes}`,
      owner: set.owner ?? ownerOf({ imageId, rev: rest.rev }),
      renditions: set.renditions,
      placeholder: set.placeholder,
      dominantColor: set.dominantColor,
    };
    return {
      image: {
        ...rest,
        imageId,
        listedAt,
        uploadedAt: uploadedAt ?? listedAt,
        originalName: rest.originalName ?? nameInKey(rest),
        ...(renditionSet && { renditionSet }),
      },
      version: v,
    };
  });

/** Releases until 17aeaef stored the whole image as one attribute. */
const OutdatedItem = z
  .object({
    v: z.int(),
    image: Image.omit({ exif: true }),
    exif: Json.pipe(Exif).optional(),
  })
  .transform(
    ({ v, image, exif }): Versioned => ({
      image: { ...image, ...(exif && { exif }) },
      version: v,
      isOutdated: true,
    }),
  );

/** Reads a stored image of any release; throws a ZodError where the item is no image. */
export const fromItem = (item: Record<string, unknown>): Versioned =>
  'image' in item ? parseItem(OutdatedItem, item) : Item.parse(item);

/** Reads records strongly consistently, in the order of their ids; missing ones are left out. */
export const readRecords = async (
  table: string,
  imageIds: readonly string[],
  client: DynamoDBDocumentClient,
): Promise<Versioned[]> => {
  const items = await readMany(table, imageIds.map(recordKey), client);
  const found = new Map(
    items.map((item) => {
      const record = fromItem(item);
      return [record.image.imageId, record] as const;
    }),
  );
  return imageIds.flatMap((imageId) => found.get(imageId) ?? []);
};
