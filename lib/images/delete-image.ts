import { Problem } from '#lib/problem.ts';
import { changeImage } from './update-image.ts';
import { halfMadeOf, releaseOf, removeRenditions, unshownOf } from './rendition-set.ts';
import type { Image } from './image.ts';
import type { Contents, Images } from './images.ts';
import type { Workers } from './messages.ts';
import type { Objects } from './objects.ts';
import type { Size } from './picture.ts';
import { tellEnd } from './steps.ts';

type Deps = {
  images: Images;
  contents: Contents;
  originals: Objects;
  derived: Objects;
  workers: Workers;
  sizes: readonly Size[];
};

/**
 * Removes an image: first out of lists and counts, then its objects. Killed in between, the
 * tombstone says `deleting`, and a second call or sweep-stuck ends it.
 */
export const removeImage = async (imageId: string, deps: Deps): Promise<void> => {
  const { images, contents } = deps;
  const { image } = await changeImage(
    imageId,
    async (known) => {
      if (!known || known.deleted === 'gone') throw new Problem('not-found', 'Image not found');
      if (known.deleted) return undefined;
      const { move, leftovers } = await releaseOf(known, { contents });
      return { image: { ...known, leftovers, deleted: 'deleting' }, move };
    },
    { images },
  );
  if (image) await finishRemoval(image, deps);
};

/** Removes the objects of an image that is `deleting`, then marks it gone. Safe to repeat. */
export const finishRemoval = async (
  image: Image,
  { images, contents, originals, derived, workers, sizes }: Deps,
): Promise<void> => {
  const halfMade = await unshownOf(halfMadeOf(image, sizes), { contents });
  await Promise.all([
    removeOriginal(image, { originals }),
    removeRenditions([...(image.leftovers ?? []), ...halfMade], { derived }),
    images.forgetRawExif(image.imageId, image.rev),
  ]);
  await changeImage(
    image.imageId,
    (known) =>
      known?.deleted === 'deleting' && known.rev === image.rev
        ? { image: { ...known, leftovers: [], deleted: 'gone' } }
        : undefined,
    { images },
  );
  await tellEnd(image, { workers });
};

/**
 * An object that was written after the one we know is a new arrival, and not ours to remove. Looked
 * at before, because not every store keeps to a condition.
 */
const removeOriginal = async (
  { key, etag }: Image,
  { originals }: { originals: Objects },
): Promise<void> => {
  if (!key) return; // refused at the door, never kept
  const head = await originals.head(key);
  if (head?.etag === etag) await originals.removeUnchanged(key, etag);
};

/** Removes derived objects that a change of this image left behind. */
export const clearLeftovers = async (
  image: Image,
  { images, derived }: { images: Images; derived: Objects },
): Promise<void> => {
  const { leftovers } = image;
  if (!leftovers?.length) return;
  await removeRenditions(leftovers, { derived });
  await changeImage(
    image.imageId,
    (known) => {
      if (!known?.leftovers?.length || known.deleted) return undefined;
      const rest = known.leftovers.filter(
        ({ contentId, maker }) =>
          !leftovers.some((one) => one.contentId === contentId && one.maker === maker),
      );
      return { image: { ...known, leftovers: rest } };
    },
    { images },
  );
};
