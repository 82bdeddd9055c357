import { createHash } from 'node:crypto';
import { release } from '#lib/release.ts';
import type { Caption } from './caption.ts';
import { deleteOrphanedRenditions } from './delete-image.ts';
import { type Image, ownerOf } from './image.ts';
import type { Images, RenditionSet, RenditionSets, Versioned } from './images.ts';
import type { StepMessage, StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import {
  contentTypeOf,
  type Inspect,
  type Metadata,
  type Refusal,
  type Shrink,
  type Shrunk,
  type Size,
} from './picture.ts';
import {
  deleteRenditions,
  possibleRenditions,
  renditionKey,
  renditionSetIdFor,
  sizesFor,
  toImageRenditions,
} from './rendition-set.ts';
import {
  begin,
  endStep,
  enqueueNextSteps,
  isCurrent,
  isOpen,
  notifyBatch,
  reject,
} from './steps.ts';
import { type HasClock, startTimer } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = HasClock & {
  images: Images;
  renditionSets: RenditionSets;
  originals: Objects;
  derived: Objects;
  workers: StepQueues;
  inspect: Inspect;
  shrink: Shrink;
  sizes: readonly Size[];
  uploadMaxBytes: number;
};

type New = Omit<RenditionSet, 'refs'>;

/**
 * Given an image, make its thumbnails, unless those of the same bytes are there already. Writes to
 * predictable keys first, then says so in one swap; whoever loses a race removes what it wrote.
 */
export const makeThumbnails = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<void> => {
  const { images, renditionSets, originals, workers, inspect, shrink, uploadMaxBytes } = deps;
  const attemptStats = startTimer(attempts, deps);
  const image = (await images.find(message.image_id))?.image;
  if (!isCurrent(image, 'thumbnails', message)) return deleteOwn(message, image, deps);
  if (!isOpen(image.steps.thumbnails)) {
    await deleteOrphanedRenditions(image, deps); // killed between the swap and the tidying up
    await deleteOwn(message, image, deps); // or while we wrote what another delivery found made
    return enqueueNextSteps(image, { workers }); // SQS delivered the message twice, or we were killed
  }

  const sizes = sizesFor(image, deps.sizes);
  if (image.sizeBytes > uploadMaxBytes) return refuse(tooLarge(image.sizeBytes, uploadMaxBytes));

  // A door that read the headers has told us hash and metadata: known bytes need not be read again.
  const told = image.metadata && image.sha256;
  if (image.metadata && told) {
    const known = await renditionSets.find(renditionSetIdFor(told, sizes));
    if (known) return conclude(known, image.metadata, { written: false });
  }

  const { key, etag } = image;
  const bytes = key === null ? undefined : await originals.read(key, etag);
  if (!bytes) return missing(image);

  // Whoever told us the hash, a door or a delivery before this one, has inspected these bytes.
  const inspected =
    image.metadata && told
      ? { metadata: image.metadata }
      : // Who fetches by URL makes no claim: shops serve whatever they like as `….jpg`.
        await inspect(bytes, image.source === 'batch' ? {} : { name: image.originalName });
  if ('refusal' in inspected) return refuse(inspected.refusal);
  const { metadata } = inspected;
  const sha256 = image.sha256 ?? createHash('sha256').update(bytes).digest('hex');
  const renditionSetId = renditionSetIdFor(sha256, sizes);

  // Before anything is written it must be known where, so that a deletion finds it all.
  const {
    image: begun,
    record,
    changed,
  } = await updateImage(
    image.imageId,
    (now) =>
      isCurrent(now, 'thumbnails', message) && !(now.beganAt && now.sha256 && now.metadata)
        ? { image: { ...begin(now, deps.now()), sha256, metadata } }
        : undefined,
    deps,
  );
  if (!changed && !isCurrent(begun, 'thumbnails', message)) return;

  const known = told === undefined && (await renditionSets.find(renditionSetId));
  if (known) return conclude(known, metadata, { written: false });

  const shrunk = await shrink(bytes, metadata, sizes);
  if ('refusal' in shrunk) return fail(shrunk.refusal.reason);
  const made = newRenditionSet(image, renditionSetId, shrunk, deps.now());
  await write(made, shrunk, deps);
  release(bytes);
  return conclude(made, metadata, { written: true, seen: { record } });

  /**
   * Says in one swap what the image shows from now on, and tells the next worker. What was written
   * is taken for new until that turns out to be wrong: then another had the same bytes.
   */
  async function conclude(
    renditionSet: New,
    metadata: Metadata,
    { written, seen }: { written: boolean; seen?: { record: Versioned | undefined } },
  ): Promise<void> {
    let isFirstTry = written;
    const { image: after, changed } = await updateImage(
      message.image_id,
      async (now) => {
        if (!isCurrent(now, 'thumbnails', message) || !isOpen(now.steps.thumbnails))
          return undefined;
        const winner = isFirstTry
          ? undefined
          : await renditionSets.find(renditionSet.renditionSetId);
        isFirstTry = false;
        // A content that was known a moment ago is gone with its last image: begin again.
        if (!winner && !written) throw new Error('The known content is gone by now.');
        const shown = winner ?? renditionSet;
        const own = ownerOf(now);
        const ended = endStep(now, 'thumbnails', { state: 'done' }, attemptStats());
        return {
          image: {
            ...withCaption(ended, shown.caption, attemptStats()),
            metadata,
            firstUploadAt: shown.createdAt,
            renditionSet: toImageRenditions(shown),
            // Ours, written in vain because another image was quicker with the same bytes: by us, or by
            // a delivery before this one that was killed.
            ...(now.beganAt &&
              shown.owner !== own && {
                orphanedRenditions: [
                  ...(now.orphanedRenditions ?? []),
                  { renditionSetId: renditionSet.renditionSetId, owner: own },
                ],
              }),
          },
          renditionSetChange: winner
            ? {
                action: 'addReference',
                renditionSetId: winner.renditionSetId,
                owner: winner.owner,
              }
            : { action: 'create', renditionSet },
        };
      },
      deps,
      seen,
    );
    if (!after || after.deleted || after.rev !== message.rev)
      return deleteOwn(message, after, deps);
    await deleteOrphanedRenditions(after, deps);
    if (written && !changed) await deleteOwn(message, after, deps);
    await enqueueNextSteps(after, { workers });
  }

  async function refuse(refusal: Refusal): Promise<void> {
    const { image: after } = await updateImage(
      message.image_id,
      (now) =>
        isCurrent(now, 'thumbnails', message) && isOpen(now.steps.thumbnails)
          ? { image: reject(now, refusal, deps.now()) }
          : undefined,
      deps,
    );
    await notifyBatch(after, { workers });
  }

  async function fail(reason: string): Promise<void> {
    const { image: after } = await updateImage(
      message.image_id,
      (now) =>
        isCurrent(now, 'thumbnails', message) && isOpen(now.steps.thumbnails)
          ? {
              image: endStep(
                now,
                'thumbnails',
                { state: 'failed', reason, gaveUp: false },
                attemptStats(),
              ),
            }
          : undefined,
      deps,
    );
    await notifyBatch(after, { workers });
  }

  /** The object is gone, or another by now. Another has news of its own, which begins a new revision. */
  async function missing({ key, etag }: Image): Promise<void> {
    const head = key === null ? undefined : await originals.head(key);
    if (head && head.etag !== etag) return;
    if (head) throw new Error('The original could not be read, although it is there.');
    await fail('The original is no longer there.');
  }
};

const tooLarge = (sizeBytes: number, most: number): Refusal => ({
  kind: 'contents',
  reason: `The file has ${sizeBytes} bytes; at most ${most} are allowed.`,
});

const newRenditionSet = (image: Image, renditionSetId: string, shrunk: Shrunk, now: Date): New => ({
  renditionSetId,
  owner: ownerOf(image),
  renditions: shrunk.renditions.map(({ bytes: _, ...rendition }) => rendition),
  placeholder: shrunk.placeholder,
  dominantColor: shrunk.dominantColor,
  createdAt: image.firstUploadAt ?? now.toISOString(),
});

const write = async (renditionSet: New, shrunk: Shrunk, { derived }: { derived: Objects }) => {
  await Promise.all(
    shrunk.renditions.map(({ bytes, ...rendition }) =>
      derived.write(renditionKey(renditionSet, rendition.name), bytes, {
        contentType: contentTypeOf(rendition),
      }),
    ),
  );
};

/** The same bytes were described before: no need to pay for it again. */
const withCaption = (
  image: Image,
  caption: Caption | undefined,
  attemptStats: ReturnType<ReturnType<typeof startTimer>>,
): Image =>
  caption && image.steps.caption.state === 'pending'
    ? {
        ...endStep(image, 'caption', { state: 'done' }, { ...attemptStats, durationMs: 0 }),
        caption,
      }
    : image;

/**
 * The image was deleted or replaced while we worked, or another delivery found its bytes made by
 * somebody else: what we may have made of it is nobody's.
 */
const deleteOwn = async (
  { image_id: imageId, rev }: StepMessage,
  image: Image | undefined,
  { renditionSets, derived, sizes }: Pick<Deps, 'renditionSets' | 'derived' | 'sizes'>,
): Promise<void> => {
  if (!image || mayReferenceOwn(image, rev)) return;
  const owner = ownerOf({ imageId, rev });
  const own = possibleRenditions(image, sizes).find((candidate) => candidate.owner === owner);
  if (!own || (await renditionSets.find(own.renditionSetId))?.owner === owner) return; // others show it still
  await deleteRenditions([own], { derived });
};

const mayReferenceOwn = (image: Image, rev: number): boolean =>
  !image.deleted &&
  image.rev === rev &&
  (image.steps.thumbnails.state !== 'done' || image.renditionSet?.owner === ownerOf(image));
