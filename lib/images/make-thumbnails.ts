import { createHash } from 'node:crypto';
import { release } from '#lib/release.ts';
import { isCurrent, isOpen, reject } from './advance-steps.ts';
import { attachRenditions } from './attach-renditions.ts';
import { deleteOrphanedRenditions } from './delete-image.ts';
import { deleteUnusedRenditions } from './delete-unused-renditions.ts';
import { endStep, failStep, type Measure, type StepDeps, type StepEnded } from './end-step.ts';
import { enqueueSteps, notifyBatch } from './enqueue-steps.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Versioned } from './images.ts';
import type { StepMessage } from './messages.ts';
import {
  type Inspect,
  type Metadata,
  type Refusal,
  refusalCode,
  type Shrink,
  tooLargeRefusal,
} from './picture.ts';
import { isOriginalGone, originalMissing } from './read-exif.ts';
import { newRenditionSet, putRenditions, renditionSetIdFor, sizesFor } from './rendition-set.ts';
import type { Step } from './step.ts';
import { startTimer } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = StepDeps &
  Pick<
    ImageDeps,
    'now' | 'renditionSets' | 'originals' | 'derived' | 'sizes' | 'uploadMaxBytes'
  > & { inspect: Inspect; shrink: Shrink };

/** One delivery of a message, with its dependencies. */
type Run = Deps & {
  message: StepMessage;
  measure: Measure;
  /** No delivery before it can have written renditions and been killed. */
  isFirst: boolean;
};

const wasRequeued = (step: Step): boolean =>
  step.state === 'pending' && step.requeuedAt !== undefined;

/**
 * Makes the thumbnails of an image, unless those of the same bytes exist. Writes to predictable keys
 * first and then saves the record once; a worker that loses a race deletes what it wrote.
 */
export const makeThumbnails = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<StepEnded> => {
  const measure = startTimer(attempts, deps);
  const stepRun = { step: 'thumbnails', rev: message.rev, run: message.run } as const;
  const record = await deps.images.begin(message.image_id, stepRun, deps.now());
  const image = record?.image;
  if (!record || !isCurrent(image, 'thumbnails', message)) {
    await deleteUnusedRenditions(message, image, deps);
    return { image, changed: false };
  }
  const isFirst = attempts === 1 && !wasRequeued(image.steps.thumbnails);
  const run: Run = { ...deps, message, measure, isFirst };
  if (!isOpen(image.steps.thumbnails)) return finishEarlierDelivery(record, run);
  if (image.sizeBytes > deps.uploadMaxBytes)
    return refuse(tooLargeRefusal(image.sizeBytes, deps.uploadMaxBytes), run);
  const attached = await attachKnown(record, run);
  if (attached) return attached;

  const bytes = image.key === null ? undefined : await deps.originals.read(image.key, image.etag);
  if (bytes) return makeFrom(bytes, record, run);
  if (await isOriginalGone(image, deps))
    return failStep(message, 'thumbnails', originalMissing, run);
  return { image, changed: false };
};

/** SQS delivered the message twice, or the delivery before this one was killed after it had saved. */
const finishEarlierDelivery = async (record: Versioned, run: Run): Promise<StepEnded> => {
  const { image } = record;
  await run.images.correctLists(record);
  await deleteOrphanedRenditions(image, run);
  await deleteUnusedRenditions(run.message, image, run);
  await enqueueSteps(image, run);
  return { image, changed: false };
};

/** Whether hash and metadata were recorded by an upload or by an earlier delivery, which inspected the bytes. */
const isInspected = (image: Image): image is Image & { sha256: string; metadata: Metadata } =>
  image.sha256 !== undefined && image.metadata !== undefined;

/** Known bytes need not be read again. */
const attachKnown = async (record: Versioned, run: Run): Promise<StepEnded | undefined> => {
  const { image } = record;
  if (!isInspected(image) || (run.isFirst && wereNew(image))) return undefined;
  const id = renditionSetIdFor(image.sha256, sizesFor(image, run.sizes));
  const known = await run.renditionSets.find(id);
  return known && attachRenditions(known, image.metadata, { isNew: false, record }, run);
};

/** An upload by HTTP has looked for a set of the same bytes a moment ago. */
const wereNew = ({ source, firstUploadAt }: Image): boolean =>
  source === 'upload' && firstUploadAt === undefined;

const makeFrom = async (bytes: Uint8Array, begun: Versioned, run: Run): Promise<StepEnded> => {
  const { image } = begun;
  const inspected = await inspectOnce(bytes, image, run);
  if ('refusal' in inspected) return refuse(inspected.refusal, run);
  const { metadata } = inspected;
  const sha256 = image.sha256 ?? createHash('sha256').update(bytes).digest('hex');
  const sizes = sizesFor(image, run.sizes);
  const id = renditionSetIdFor(sha256, sizes);

  const record = await recordInspection(begun, { sha256, metadata }, run);
  if (!record) return { image, changed: false };
  const known = isInspected(image) ? undefined : await run.renditionSets.find(id);
  if (known) return attachRenditions(known, metadata, { isNew: false, record }, run);

  const shrunk = await run.shrink(bytes, metadata, sizes);
  if ('refusal' in shrunk) return failDecoding(shrunk.refusal, run);
  const set = newRenditionSet(image, id, shrunk);
  await putRenditions(set, shrunk, run);
  release(bytes);
  return attachRenditions(set, metadata, { isNew: true, record }, run);
};

const inspectOnce = (bytes: Uint8Array, image: Image, { inspect }: Run) =>
  isInspected(image) ? { metadata: image.metadata } : inspect(bytes);

/**
 * Records hash and metadata before any rendition is written, so that a deletion knows their keys.
 * Undefined where the message has become stale.
 */
const recordInspection = async (
  begun: Versioned,
  known: { sha256: string; metadata: Metadata },
  { images, message }: Run,
): Promise<Versioned | undefined> => {
  if (isInspected(begun.image)) return begun;
  const { image, record } = await updateImage(
    begun.image.imageId,
    (image) =>
      isCurrent(image, 'thumbnails', message) && !isInspected(image)
        ? { image: { ...image, ...known } }
        : undefined,
    { images },
    { record: begun },
  );
  return isCurrent(image, 'thumbnails', message) ? record : undefined;
};

const failDecoding = (refusal: Refusal, run: Run): Promise<StepEnded> =>
  failStep(run.message, 'thumbnails', { code: refusalCode(refusal), reason: refusal.reason }, run);

const refuse = async (refusal: Refusal, run: Run): Promise<StepEnded> => {
  const ended = await endStep(
    run.message,
    'thumbnails',
    (now) => ({ image: reject(now, refusal, run.now()) }),
    run,
  );
  await notifyBatch(ended.image, run);
  return ended;
};
