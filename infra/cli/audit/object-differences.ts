import { type Image, imageIdOf } from '#lib/images/image.ts';
import type { Size } from '#lib/images/picture.ts';
import { partialRenditions, renditionKey, sizesFor } from '#lib/images/rendition-set.ts';
import type { StoredRecords } from './stored-records.ts';

type Records = Pick<
  StoredRecords,
  'images' | 'rawTags' | 'renditionSets' | 'originals' | 'derived'
>;

/** Each image has its original, each rendition set its objects, and no object is orphaned. */
export const objectDifferences = (stored: Records, sizes: readonly Size[]): string[] => [
  ...originalDifferences(stored),
  ...derivedDifferences(stored, sizes),
  ...rawTagDifferences(stored),
  ...orphanedRenditions(stored),
];

const originalDifferences = ({ images, originals }: Records): string[] => {
  const imagesById = new Map(images.map(({ image }) => [image.imageId, image]));
  const missing = images.flatMap(({ image: { imageId, key, etag, deleted, steps } }) => {
    if (key === null || deleted || originals.get(key) === etag) return [];
    // Of an original that was removed by hand, the failed step is the report.
    const isReported = steps.thumbnails.state === 'failed' && !originals.has(key);
    return isReported ? [] : [`${imageId}: the original ${key} is not the one that was recorded.`];
  });
  const unknown = [...originals].flatMap(([key, etag]) => {
    const image = imagesById.get(imageIdOf(key));
    if (!image) return [`The original ${key} has no record.`];
    if (!image.deleted) return [];
    const isBeingDeleted = image.deleted === 'deleting' && image.etag === etag;
    return isBeingDeleted ? [] : [`The original ${key} is there, and its image was deleted.`];
  });
  return [...missing, ...unknown];
};

const derivedDifferences = (
  { images, renditionSets, derived }: Records,
  sizes: readonly Size[],
): string[] => {
  const required = renditionSets.flatMap((renditionSet) =>
    renditionSet.renditions.map(({ name }) => renditionKey(renditionSet, name)),
  );
  const missing = required
    .filter((key) => !derived.has(key))
    .map((key) => `The rendition ${key} is missing.`);
  const allowed = new Set(required);
  for (const { image } of images)
    for (const key of renditionsInProgress(image, sizes)) allowed.add(key);
  const orphans = [...derived]
    .filter((key) => isRendition(key) && !allowed.has(key))
    .map((key) => `The rendition ${key} belongs to no image.`);
  return [...missing, ...orphans];
};

/** What a worker may have written already, or has still to remove. */
const renditionsInProgress = (image: Image, sizes: readonly Size[]): string[] => {
  const isInProgress = image.deleted === 'deleting' || image.steps.thumbnails.state === 'pending';
  if (!isInProgress) return [];
  const sets = [...(image.orphanedRenditions ?? []), ...partialRenditions(image, sizes)];
  return sets.flatMap((set) => sizesFor(image, sizes).map(({ name }) => renditionKey(set, name)));
};

/** `<sha256>/<sizes>/<owner>/<name>`; batches and edits store files of their own in the bucket. */
const isRendition = (key: string) => /^[0-9a-f]{64}\//.test(key);

const rawTagDifferences = ({ images, rawTags }: Records): string[] => {
  const existing = new Map(
    images.filter(({ image }) => !image.deleted).map(({ image }) => [image.imageId, image]),
  );
  const wrong = rawTags.flatMap(({ imageId, rev }) => {
    const image = existing.get(imageId);
    if (!image) return [`The raw tags of ${imageId} are stored, and it was deleted.`];
    const isInProgress = image.steps.exif.state === 'pending';
    return rev === image.rev || (isInProgress && rev < image.rev)
      ? []
      : [`The raw tags of ${imageId} are of revision ${rev}; it has ${image.rev}.`];
  });
  const stored = new Set(rawTags.map(({ imageId }) => imageId));
  const missing = [...existing.values()]
    .filter(({ imageId, exif }) => exif && !stored.has(imageId))
    .map(({ imageId }) => `${imageId}: its raw tags are missing.`);
  return [...wrong, ...missing];
};

const orphanedRenditions = ({ images }: Records): string[] =>
  images
    .filter(({ image }) => image.orphanedRenditions?.length && image.deleted !== 'deleting')
    .filter(({ image }) => image.steps.thumbnails.state !== 'pending')
    .map(({ image }) => `${image.imageId}: its orphaned renditions have not been removed.`);
