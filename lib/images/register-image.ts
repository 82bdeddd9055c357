import { type Cdn, removeVariants, type Variants } from '#lib/delivery/variants.ts';
import type { Captioning } from './caption.ts';
import { deleteOrphanedRenditions } from './delete-image.ts';
import { type Image, imageIdOf, type Source } from './image.ts';
import type { Images, RenditionSets } from './images.ts';
import { ingest } from './ingest.ts';
import type { StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import type { Size } from './picture.ts';
import { enqueueNextSteps } from './steps.ts';
import type { HasClock } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = HasClock & {
  images: Images;
  renditionSets: RenditionSets;
  originals: Objects;
  derived: Objects;
  workers: StepQueues;
  captioning: Captioning;
  sizes: readonly Size[];
  variants: Variants;
  cdn: Cdn;
};

/**
 * Given news of an object, make sure that its image is known and worked on. News is not truth: it
 * only says "look", so it may come twice, late, in any order, or for an object that is gone. The
 * record is read before the object, so that what we know of the object is never older than what
 * the record was made from.
 */
export const registerImage = async (
  key: string,
  requestId: string,
  deps: Deps,
): Promise<Image | undefined> => {
  const { images, renditionSets, originals, derived, workers, captioning, sizes, now } = deps;
  const { image } = await updateImage(
    imageIdOf(key),
    async (known) => {
      const head = await originals.head(key);
      if (!head) return undefined; // deleted meanwhile, or this is old news
      const { etag, sizeBytes, lastModified, userMetadata, sha256 } = head;
      const incoming = {
        key,
        etag,
        sizeBytes,
        sha256,
        originalName: userMetadata['name'] ?? lastSegmentOf(key),
        source: sourceOf(key),
        requestId: userMetadata['request-id'] ?? requestId,
        receivedAt: arrivalOf(lastModified, now()),
      };
      return ingest(known, incoming, { renditionSets, captioning, sizes });
    },
    { images },
  );
  if (!image || image.deleted) return undefined;

  await deleteOrphanedRenditions(image, { images, derived });
  // Also when the event came before, and whoever it was given to was killed here.
  if (image.rev > 1) await removeVariants(image.imageId, deps, { except: image });
  await enqueueNextSteps(image, { workers });
  return image;
};

/** S3 tells whole seconds, in which lists would lose their order; fresh news is dated by our clock. */
const arrivalOf = (lastModified: Date, now: Date): Date =>
  Math.abs(now.getTime() - lastModified.getTime()) < 10_000 ? now : lastModified;

/** Keys that we choose tell which door they came by; any other key was dropped. */
const sourceOf = (key: string): Source => {
  const doors: Record<string, Source> = {
    'uploads/': 'upload',
    'presigned/': 'presigned',
    'batches/': 'batch',
    'edits/': 'edit',
  };
  return Object.entries(doors).find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'drop';
};

const lastSegmentOf = (key: string): string => key.split('/').filter(Boolean).at(-1) ?? key;
