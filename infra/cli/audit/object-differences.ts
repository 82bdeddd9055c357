import { type Image, imageIdOf } from '#lib/images/image.ts';
import type { Size } from '#lib/images/picture.ts';
import { partialRenditions, renditionKey, sizesFor } from '#lib/images/rendition-set.ts';
import type { StoredRecords } from './stored-records.ts';

type Records = Pick<
  StoredRecords,
  'images' | 'rawTags' | 'renditionSets' | 'originals' | 'derived'
>;

/** Each image has its original and each content its renditions, and nobody else left any behind. */
export const objectDifferences = (kept: Records, sizes: readonly Size[]): string[] => [
  ...originalDifferences(kept),
  ...derivedDifferences(kept, sizes),
  ...rawTagDifferences(kept),
  ...leftoverDifferences(kept),
];

const originalDifferences = ({ images, originals }: Records): string[] => {
  const byId = new Map(images.map(({ image }) => [image.imageId, image]));
  const without = images.flatMap(({ image: { imageId, key, etag, deleted, steps } }) => {
    if (key === null || deleted || originals.get(key) === etag) return [];
    // Whoever removes an original by hand is told so by the step that then failed.
    const matchesEtag = steps.thumbnails.state === 'failed' && !originals.has(key);
    return matchesEtag ? [] : [`${imageId}: the original ${key} is not the one that was recorded.`];
  });
  const unknown = [...originals].flatMap(([key, etag]) => {
    const image = byId.get(imageIdOf(key));
    if (!image) return [`The original ${key} has no record.`];
    if (!image.deleted) return [];
    const isOnItsWay = image.deleted === 'deleting' && image.etag === etag;
    return isOnItsWay ? [] : [`The original ${key} is there, and its image was deleted.`];
  });
  return [...without, ...unknown];
};

const derivedDifferences = (
  { images, renditionSets, derived }: Records,
  sizes: readonly Size[],
): string[] => {
  const due = renditionSets.flatMap((renditionSet) =>
    renditionSet.renditions.map(({ name }) => renditionKey(renditionSet, name)),
  );
  const missing = due
    .filter((key) => !derived.has(key))
    .map((key) => `The thumbnail ${key} is missing.`);
  const expected = new Set(due);
  for (const { image } of images) for (const key of inProgress(image, sizes)) expected.add(key);
  const orphans = [...derived]
    .filter((key) => isRendition(key) && !expected.has(key))
    .map((key) => `Nobody shows ${key}.`);
  return [...missing, ...orphans];
};

/** What a worker may have written already, or has still to remove. */
const inProgress = (image: Image, sizes: readonly Size[]): string[] => {
  const isAtWork = image.deleted === 'deleting' || image.steps.thumbnails.state === 'pending';
  if (!isAtWork) return [];
  return [...(image.orphanedRenditions ?? []), ...partialRenditions(image, sizes)].flatMap((made) =>
    sizesFor(image, sizes).map(({ name }) => renditionKey(made, name)),
  );
};

/** `<sha256>/<sizes>/<maker>/<name>`; batches and edits keep files of their own in the bucket. */
const isRendition = (key: string) => /^[0-9a-f]{64}\//.test(key);

const rawTagDifferences = ({ images, rawTags }: Records): string[] => {
  const live = new Map(
    images.filter(({ image }) => !image.deleted).map(({ image }) => [image.imageId, image]),
  );
  const wrong = rawTags.flatMap(({ imageId, rev }) => {
    const image = live.get(imageId);
    if (!image) return [`The raw tags of ${imageId} are kept, and it was deleted.`];
    const isAtWork = image.steps.exif.state === 'pending';
    return rev === image.rev || (isAtWork && rev < image.rev)
      ? []
      : [`The raw tags of ${imageId} are of revision ${rev}; it has ${image.rev}.`];
  });
  const kept = new Set(rawTags.map(({ imageId }) => imageId));
  const missing = [...live.values()]
    .filter(({ imageId, exif }) => exif && !kept.has(imageId))
    .map(({ imageId }) => `${imageId}: its raw tags are missing.`);
  return [...wrong, ...missing];
};

const leftoverDifferences = ({ images }: Records): string[] =>
  images
    .filter(({ image }) => image.orphanedRenditions?.length && image.deleted !== 'deleting')
    .filter(({ image }) => image.steps.thumbnails.state !== 'pending')
    .map(({ image }) => `${image.imageId}: what it left behind has not been removed.`);
