import { removeVariants } from '#lib/delivery/variants.ts';
import { deleteOrphanedRenditions } from './delete-image.ts';
import { enqueueSteps } from './enqueue-steps.ts';
import { type Image, imageIdOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { ingest } from './ingest.ts';
import { lastSegment, sourceByKey } from './object-key.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<
  ImageDeps,
  | 'now'
  | 'images'
  | 'renditionSets'
  | 'originals'
  | 'derived'
  | 'stepQueues'
  | 'captioning'
  | 'sizes'
  | 'variants'
  | 'cdn'
>;

/** An event: `etag` is that of the object it is about, where the event says so. */
type ObjectEvent = { key: string; etag?: string | undefined; requestId: string };

/**
 * Makes sure that the object under a key has a record and that its steps are enqueued. An S3 event is
 * only a hint: it may be delivered twice, late, in any order, or for an object that is gone, so the
 * object is looked up, unless the record has just this one. The record is read before the object, so
 * that the object is never older than what the record was made from.
 */
export const registerImage = async (
  { key, etag: eventEtag, requestId }: ObjectEvent,
  deps: Deps,
): Promise<Image | undefined> => {
  const { images, renditionSets, originals, derived, stepQueues, captioning, sizes, now } = deps;
  const { image } = await updateImage(
    imageIdOf(key),
    async (known) => {
      // A newer object has an event of its own.
      if (known && !known.deleted && known.etag === eventEtag) return undefined;
      const head = await originals.head(key);
      if (!head) return undefined; // deleted in the meantime, or an old event
      const { etag, sizeBytes, lastModified, userMetadata, sha256 } = head;
      const incoming = {
        key,
        etag,
        sizeBytes,
        sha256,
        originalName: userMetadata['name'] ?? lastSegment(key),
        source: sourceByKey(key),
        requestId: userMetadata['request-id'] ?? requestId,
        receivedAt: receivedAtFor(lastModified, now()),
      };
      return ingest(known, incoming, { renditionSets, captioning, sizes });
    },
    { images },
  );
  if (image?.deleted && image.fetching) await originals.remove([key]); // it was fetched too late
  if (!image || image.deleted) return undefined;

  await deleteOrphanedRenditions(image, { images, derived });
  // Also when the event came before, and its worker was killed here.
  if (image.rev > 1) await removeVariants(image.imageId, deps, { except: image });
  await enqueueSteps(image, { stepQueues });
  return image;
};

/** S3 dates are whole seconds, in which lists would lose their order: a new object is dated by this clock. */
const receivedAtFor = (lastModified: Date, now: Date): Date =>
  Math.abs(now.getTime() - lastModified.getTime()) < 10_000 ? now : lastModified;
