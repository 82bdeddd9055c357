import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Exif, noExif } from '#lib/images/exif.ts';
import { Image, ImageRenditions, ownerOf, Source } from '#lib/images/image.ts';
import type { Versioned } from '#lib/images/images.ts';
import { Rendition } from '#lib/images/picture.ts';
import { parseSizeNames } from '#lib/images/rendition-set.ts';
import type { Step } from '#lib/images/step.ts';
import { mapSteps } from '#lib/images/steps.ts';
import { toIndexAttributes } from './dynamo-image-indexes.ts';
import { readMany } from './dynamo-read-many.ts';
import { impliedByKey, notImpliedByKey } from './implied-by-key.ts';
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
  const { imageId, listedAt, uploadedAt, originalName, source, requestId, ...others } = image;
  const { sha256, steps, renditionSet, exif, ...rest } = others;
  return {
    ...recordKey(imageId),
    v: version,
    ...toIndexAttributes(image),
    ...rest,
    ...notImpliedByKey(image),
    ...(uploadedAt !== listedAt && { uploadedAt }),
    ...(sha256 && { sha256: toStoredHash(sha256) }),
    steps: mapSteps((name) => toStoredStep(steps[name])),
    ...(renditionSet && { renditionSet: toStoredSet(renditionSet, image) }),
    ...(exif && { exif: toExifText(exif) }),
    ...(image.deleted === 'gone' && {
      expires: Math.floor(Date.now() / 1000) + tombstoneSeconds,
    }),
  };
};

/** As bytes, which are half as many. */
const toStoredHash = (sha256: string): string | Uint8Array =>
  /^[0-9a-f]{64}$/.test(sha256) ? Buffer.from(sha256, 'hex') : sha256;

/** The first run, and a single attempt, are what is read where a step says nothing. */
const toStoredStep = ({ run, ...step }: Step): Record<string, unknown> => ({
  ...step,
  ...('attempts' in step && step.attempts === 1 && { attempts: undefined }),
  ...(run !== 1 && { run }),
});

/** The id of a set begins with the hash of the bytes, and most sets were made for the image itself. */
const toStoredSet = (set: ImageRenditions, image: Image) => {
  const { renditionSetId, owner, renditions, ...rest } = set;
  const prefix = `${image.sha256}/`;
  const names = parseSizeNames(renditionSetId);
  return {
    ...(renditionSetId.startsWith(prefix)
      ? { sizes: renditionSetId.slice(prefix.length) }
      : { renditionSetId }),
    ...(owner !== ownerOf(image) && { owner }),
    renditions: renditions.map(({ name, ...rendition }, n) => ({
      ...(name !== names[n] && { name }),
      ...rendition,
    })),
    ...rest,
  };
};

/** As text: an untrusted file may claim numbers that a DynamoDB number cannot hold. */
const toExifText = (exif: Exif): string =>
  JSON.stringify(Object.fromEntries(Object.entries(exif).filter(([, value]) => value !== null)));

const Json = z.string().transform((text): unknown => JSON.parse(text));

const StoredSet = z.object({
  ...ImageRenditions.shape,
  renditions: z.array(Rendition.extend({ name: z.string().optional() })),
  renditionSetId: z.string().optional(),
  owner: z.string().optional(),
  sizes: z.string().optional(),
});

const fromStoredSet = (
  {
    renditionSetId,
    sizes,
    owner,
    renditions,
    placeholder,
    dominantColor,
  }: z.infer<typeof StoredSet>,
  image: Pick<Image, 'imageId' | 'rev' | 'sha256'>,
): ImageRenditions => {
  const id = renditionSetId ?? `${image.sha256}/${sizes}`;
  const names = parseSizeNames(id);
  return {
    renditionSetId: id,
    owner: owner ?? ownerOf(image),
    renditions: renditions.map((one, n) => ({ ...one, name: one.name ?? names[n] ?? '' })),
    placeholder,
    dominantColor,
  };
};

const Item = z
  .object({
    ...Image.omit({ imageId: true, listedAt: true }).shape,
    v: z.int(),
    image_id: z.string(),
    listed_at: z.string(),
    uploadedAt: Image.shape.uploadedAt.optional(),
    originalName: z.string().optional(),
    source: Source.optional(),
    requestId: z.string().optional(),
    sha256: z
      .union([
        z.string(),
        z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('hex')),
      ])
      .optional(),
    renditionSet: StoredSet.optional(),
    exif: Json.pipe(z.looseObject({}))
      .transform((exif) => ({ ...noExif, ...exif }))
      .pipe(Exif)
      .optional(),
  })
  .transform((item): Versioned => {
    const { v, image_id: imageId, listed_at, renditionSet: set, uploadedAt, ...rest } = item;
    const implied = impliedByKey(rest);
    const listedAt = listed_at.split('#')[0] ?? '';
    const renditionSet = set && fromStoredSet(set, { ...rest, imageId });
    return {
      image: {
        ...rest,
        originalName: rest.originalName ?? implied.originalName,
        source: rest.source ?? implied.source,
        requestId: rest.requestId ?? implied.requestId,
        imageId,
        listedAt,
        uploadedAt: uploadedAt ?? listedAt,
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

const isOutdated = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && 'image' in item;

/** Reads a stored image of any release; throws a ZodError where the item is no image. */
export const fromItem = (item: unknown): Versioned =>
  isOutdated(item) ? parseItem(OutdatedItem, item) : Item.parse(item);

/** Reads records strongly consistently, in the order of their ids; missing ones are left out. */
export const readRecords = async (
  table: string,
  imageIds: readonly string[],
  client: DynamoDBDocumentClient,
): Promise<Versioned[]> => {
  // An index may still have the place that an image has left, beside the new one.
  const ids = [...new Set(imageIds)];
  const items = await readMany(table, ids.map(recordKey), client);
  const found = new Map(
    items.map((item) => {
      const record = fromItem(item);
      return [record.image.imageId, record] as const;
    }),
  );
  return ids.flatMap((imageId) => found.get(imageId) ?? []);
};
