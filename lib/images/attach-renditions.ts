import { type AttemptStats, canBeEnqueued, withStepEnded } from './advance-steps.ts';
import type { Caption } from './caption.ts';
import { deleteOrphanedRenditions } from './delete-image.ts';
import { deleteUnusedRenditions } from './delete-unused-renditions.ts';
import { endStep, type Measure, type StepDeps, type StepEnded } from './end-step.ts';
import { enqueueSteps } from './enqueue-steps.ts';
import { type Image, ownerOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { RenditionSet, Versioned } from './images.ts';
import type { StepMessage } from './messages.ts';
import type { Metadata } from './picture.ts';
import { toImageRenditions } from './rendition-set.ts';
import { stepNames } from './step.ts';
import type { ImageUpdate } from './update-image.ts';

type Run = StepDeps &
  Pick<ImageDeps, 'renditionSets' | 'derived' | 'sizes'> & {
    message: StepMessage;
    measure: Measure;
    isFirst: boolean;
  };

type NewRenditionSet = Omit<RenditionSet, 'refs'>;

/**
 * Ends the thumbnails step with a rendition set: saves in one write what the image shows from now on,
 * and enqueues the next steps. A set that was just written is created first; if that fails, another
 * image had the same bytes, and this one refers to its set instead.
 */
export const attachRenditions = async (
  set: NewRenditionSet,
  metadata: Metadata,
  { isNew, record }: { isNew: boolean; record: Versioned },
  run: Run,
): Promise<StepEnded> => {
  const { message } = run;
  let mayCreate = isNew;
  const { image, changed } = await endStep(
    message,
    'thumbnails',
    async (now) => {
      const existing = mayCreate ? undefined : await run.renditionSets.find(set.renditionSetId);
      mayCreate = false;
      // A known set was deleted with its last image: the message is retried and makes it again.
      if (!existing && !isNew) throw new Error('The known rendition set has been deleted since.');
      return existing
        ? withReference(now, existing, set, metadata, { ...run, isNew })
        : withNewSet(now, set, metadata, run);
    },
    run,
    isAlone(record.image) ? { record } : undefined,
  );
  if (!image || image.deleted || image.rev !== message.rev) {
    await deleteUnusedRenditions(message, image, run);
    return { image, changed };
  }
  await deleteOrphanedRenditions(image, run);
  if (isNew && !changed) await deleteUnusedRenditions(message, image, run);
  await enqueueSteps(image, run);
  return { image, changed };
};

/** Whether no other worker can end a step now: then a record read a while ago need not be read again. */
const isAlone = (image: Image): boolean =>
  stepNames.every((name) => name === 'thumbnails' || !canBeEnqueued(image, name));

const withNewSet = (
  image: Image,
  set: NewRenditionSet,
  metadata: Metadata,
  run: Run,
): ImageUpdate => ({
  image: withRenditions(image, set, metadata, run.measure()),
  renditionSetChange: { action: 'create', renditionSet: set },
});

const withReference = (
  image: Image,
  existing: RenditionSet,
  written: NewRenditionSet,
  metadata: Metadata,
  run: Run & { isNew: boolean },
): ImageUpdate => {
  const own = ownerOf(image);
  // Unused because another image with the same bytes was first: written by this delivery, or by an
  // earlier one that was killed.
  const mayHaveWritten = (run.isNew || !run.isFirst) && existing.owner !== own;
  const { renditionSetId, owner } = existing;
  return {
    image: {
      ...withRenditions(image, existing, metadata, run.measure()),
      ...(mayHaveWritten && {
        orphanedRenditions: [
          ...(image.orphanedRenditions ?? []),
          { renditionSetId: written.renditionSetId, owner: own },
        ],
      }),
    },
    renditionSetChange: { action: 'addReference', renditionSetId, owner },
  };
};

const withRenditions = (
  image: Image,
  set: NewRenditionSet,
  metadata: Metadata,
  stats: AttemptStats,
): Image => ({
  ...withCaption(withStepEnded(image, 'thumbnails', { state: 'done' }, stats), set.caption, stats),
  metadata,
  ...(set.createdAt !== image.uploadedAt && { firstUploadAt: set.createdAt }),
  renditionSet: toImageRenditions(set),
});

/** The same bytes were described before: no need to pay for it again. */
const withCaption = (image: Image, caption: Caption | undefined, stats: AttemptStats): Image =>
  caption && image.steps.caption.state === 'pending'
    ? {
        ...withStepEnded(image, 'caption', { state: 'done' }, { ...stats, durationMs: 0 }),
        caption,
      }
    : image;
