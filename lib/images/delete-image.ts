import { removeVariants } from '#lib/delivery/variants.ts';
import { notFound } from '#lib/not-found.ts';
import { notifyBatch } from './enqueue-steps.ts';
import { type Image, isRemoved } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Images } from './images.ts';
import type { Objects } from './objects.ts';
import {
  deleteRenditions,
  partialRenditions,
  planRelease,
  withoutReferences,
} from './rendition-set.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<
  ImageDeps,
  | 'now'
  | 'images'
  | 'renditionSets'
  | 'originals'
  | 'derived'
  | 'stepQueues'
  | 'sizes'
  | 'variants'
  | 'cdn'
>;

/**
 * Deletes an image: first from lists and counters, then its objects. If it is killed in between, the
 * tombstone is `deleting`, and a second call or sweep-stuck finishes it. Throws a Problem where there is
 * no image.
 */
export const deleteImage = async (imageId: string, deps: Deps): Promise<void> => {
  const { images, renditionSets } = deps;
  const { image } = await updateImage(
    imageId,
    async (known) => {
      if (!known || isRemoved(known)) throw notFound('image_not_found');
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

/** Deletes the objects of an image that is `deleting`, then marks it removed. Safe to repeat. */
export const finishDeletion = async (image: Image, deps: Deps): Promise<void> => {
  const { images, renditionSets, originals, derived, stepQueues, sizes, now } = deps;
  const partial = await withoutReferences(partialRenditions(image, sizes), { renditionSets });
  await Promise.all([
    deleteOriginal(image, { originals }),
    deleteRenditions([...(image.orphanedRenditions ?? []), ...partial], { derived }),
    images.deleteRawExif(image.imageId, image.rev),
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
  await notifyBatch(image, { stepQueues });
};

/**
 * A delivery may have stored a variant after the image's were removed, and have been killed before
 * it looked whether the image is still there. No delivery takes as long as it is waited for here.
 */
export const finishRemoved = async (
  image: Image,
  { images, variants, cdn, now }: Pick<Deps, 'images' | 'variants' | 'cdn' | 'now'>,
): Promise<void> => {
  const removedAt = Date.parse(image.removedAt ?? image.listedAt);
  if (now().getTime() - removedAt < deliveryTakesMs) return;
  await removeVariants(image.imageId, { variants, cdn });
  await updateImage(
    image.imageId,
    (known) =>
      known?.deleted === 'removed' && known.rev === image.rev
        ? { image: { ...known, deleted: 'gone' } }
        : undefined,
    { images },
  );
};

const deliveryTakesMs = 60_000; // twice the timeout of its function

/**
 * An object that was written after the one in the record is a new picture, and stays. Its ETag is
 * compared first, because not every store supports conditional deletes.
 */
const deleteOriginal = async (
  { key, etag, fetching }: Image,
  { originals }: { originals: Objects },
): Promise<void> => {
  if (fetching) return originals.remove([fetching.key]); // it may just have been fetched
  if (!key) return; // a rejected upload is not stored
  const head = await originals.head(key);
  if (head?.etag === etag) await originals.deleteIfMatch(key, etag);
};

/** Deletes derived objects that an update of this image left without a reference. */
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
