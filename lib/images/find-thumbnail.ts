import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { findImage } from './find-image.ts';
import type { Image } from './image.ts';
import type { Images } from './images.ts';
import type { Objects } from './objects.ts';
import type { Rendition, Size } from './picture.ts';
import { hasSize, renditionKey, sizesFor } from './rendition-set.ts';

/** Seconds after which a client may request a pending thumbnail again. */
const soon = 2;

export type Thumbnail = { key: string; revision: string; rendition: Rendition };

/**
 * The key of an image's rendition, and a revision that changes with its bytes; or the image alone,
 * where it was ingested before the size had its current value: delivery makes that. Throws a Problem
 * where there is none, with `Retry-After` where it is pending.
 */
export const findThumbnail = async (
  { image_id: imageId, size }: { image_id: string; size: string },
  { images, sizes }: { images: Images; sizes: readonly Size[] },
): Promise<Thumbnail | { image: Image }> => {
  const image = await findImage(imageId, { images });
  const { renditionSet, steps } = image;
  const rendition = renditionSet?.renditions.find(({ name }) => name === size);
  const wanted = sizesFor(image, sizes).find(({ name }) => name === size);
  if (renditionSet && wanted && !hasSize(renditionSet, wanted)) return { image };
  if (renditionSet && rendition)
    return {
      key: renditionKey(renditionSet, size),
      revision: renditionVersion(renditionSet),
      rendition,
    };

  const names = sizesFor(image, sizes).map(({ name }) => name);
  if (!names.includes(size))
    throw new Problem(
      'unknown_size',
      `There is no size ${size}. There are ${names.join(' and ')}.`,
    );
  const isPending = steps.thumbnails.state === 'pending';
  throw notFound('thumbnail_not_ready', isPending ? soon : undefined);
};

/** Identifies the renditions of an image, for `?v=` and ETags: it changes with their bytes. */
export const renditionVersion = ({
  renditionSetId,
  owner,
}: {
  renditionSetId: string;
  owner: string;
}): string =>
  `${renditionSetId.slice(0, 16)}-${owner.slice(0, 8)}${owner.slice(owner.indexOf('.'))}`;

/** The bytes of a rendition. Throws a Problem where it was deleted since it was found. */
export const readThumbnail = async (
  key: string,
  { derived }: { derived: Objects },
): Promise<Uint8Array> => {
  const bytes = await derived.read(key);
  if (!bytes) throw notFound('thumbnail_not_ready', soon);
  return bytes;
};
