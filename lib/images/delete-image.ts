import { type Cdn, removeVariants, type Variants } from '#lib/delivery/variants.ts';
import { Problem } from '#lib/problem.ts';
import { type Image, isRemoved } from './image.ts';
import type { Images, RenditionSets } from './images.ts';
import type { StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import type { Size } from './picture.ts';
import {
  deleteRenditions,
  partialRenditions,
  planRelease,
  withoutReferences,
} from './rendition-set.ts';
import { notifyBatch } from './steps.ts';
import { updateImage } from './update-image.ts';

type Deps = {
  images: Images;
  renditionSets: RenditionSets;
  originals: Objects;
  derived: Objects;
  workers: StepQueues;
  sizes: readonly Size[];
  variants: Variants;
  cdn: Cdn;
  now: () => Date;
};

/**
 * Removes an image: first out of lists and counts, then its objects. Killed in between, the
 * tombstone says `deleting`, and a second call or sweep-stuck ends it.
 */
export const deleteImage = async (imageId: string, deps: Deps): Promise<void> => {
  const { images, renditionSets } = deps;
  const { image } = await updateImage(
    imageId,
    async (known) => {
      if (!known || isRemoved(known)) throw new Problem('not-found', 'Image not found');
      if (known.deleted) return undefined;
      const { renditionSetChange, orphanedRenditions } = await planRelease(known, {
        renditionSets,
      });
      return { image: { ...known, orphanedRenditions, deleted: 'deleting' }, renditionSetChange };
    },
    { images },
  );
  if (image) await finishDeletion(image, deps);
};

/** Removes the objects of an image that is `deleting`, then marks it removed. Safe to repeat. */
export const finishDeletion = async (image: Image, deps: Deps): Promise<void> => {
  const { images, renditionSets, originals, derived, workers, sizes, now } = deps;
  const partial = await withoutReferences(partialRenditions(image, sizes), { renditionSets });
  await Promise.all([
    removeOriginal(image, { originals }),
    deleteRenditions([...(image.orphanedRenditions ?? []), ...partial], { derived }),
    images.forgetRawExif(image.imageId, image.rev),
    removeVariants(image.imageId, deps),
  ]);
  await updateImage(
    image.imageId,
    (known) =>
      known?.deleted === 'deleting' && known.rev === image.rev
        ? {
            image: {
              ...known,
              orphanedRenditions: [],
              deleted: 'removed',
              removedAt: now().toISOString(),
            },
          }
        : undefined,
    { images },
  );
  await notifyBatch(image, { workers });
};

/**
 * A delivery may have stored a variant after the image's were removed, and have been killed before
 * it looked whether the image is still there. No delivery takes as long as it is waited for here.
 */
export const finishRemoved = async (
  image: Image,
  { images, variants, cdn, now }: Pick<Deps, 'images' | 'variants' | 'cdn' | 'now'>,
): Promise<boolean> => {
  const removedAt = Date.parse(image.removedAt ?? image.listedAt);
  if (now().getTime() - removedAt < deliveryTakesMs) return false;
  await removeVariants(image.imageId, { variants, cdn });
  await updateImage(
    image.imageId,
    (known) =>
      known?.deleted === 'removed' && known.rev === image.rev
        ? { image: { ...known, deleted: 'gone' } }
        : undefined,
    { images },
  );
  return true;
};

const deliveryTakesMs = 60_000; // twice the timeout of its function

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
  if (head?.etag === etag) await originals.deleteIfMatch(key, etag);
};

/** Removes derived objects that a change of this image left behind. */
export const deleteOrphanedRenditions = async (
  image: Image,
  { images, derived }: { images: Images; derived: Objects },
): Promise<void> => {
  const { orphanedRenditions } = image;
  if (!orphanedRenditions?.length) return;
  await deleteRenditions(orphanedRenditions, { derived });
  await updateImage(
    image.imageId,
    (known) => {
      if (!known?.orphanedRenditions?.length || known.deleted) return undefined;
      const rest = known.orphanedRenditions.filter(
        ({ renditionSetId, owner }) =>
          !orphanedRenditions.some(
            (one) => one.renditionSetId === renditionSetId && one.owner === owner,
          ),
      );
      return { image: { ...known, orphanedRenditions: rest } };
    },
    { images },
  );
};
