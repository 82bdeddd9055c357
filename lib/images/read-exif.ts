import { isCurrent, isOpen, withStepEnded } from './advance-steps.ts';
import { endStep, failStep, finishEarlierEnd, type StepDeps, type StepEnded } from './end-step.ts';
import { notifyBatch } from './enqueue-steps.ts';
import type { Exif, RawExif, ReadTags } from './exif.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Versioned } from './images.ts';
import type { StepMessage } from './messages.ts';
import type { Objects } from './objects.ts';
import { startTimer } from './timer.ts';

type Deps = StepDeps & Pick<ImageDeps, 'now' | 'originals'> & { readTags: ReadTags };

class OriginalGoneError extends Error {
  override readonly name = 'OriginalGoneError';
}

/** Reads the EXIF data of an image. A file without EXIF is no failure. */
export const readExif = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<StepEnded> => {
  const { images } = deps;
  const measure = startTimer(attempts, deps);
  const record = await images.find(message.image_id);
  const image = record?.image;
  // An earlier delivery may have been killed between storing the tags and ending the step, and the
  // image deleted or replaced since: those tags may hold a location.
  if (!image || image.deleted || image.rev > message.rev) {
    await images.deleteRawExif(message.image_id, message.rev);
    return { image, changed: false };
  }
  if (!isCurrent(image, 'exif', message)) return { image, changed: false };
  if (!isOpen(image.steps.exif)) {
    await finishEarlierEnd(record, deps);
    return { image, changed: false };
  }

  const { imageId, rev } = image;
  if (rev > 1) await images.deleteRawExif(imageId, rev - 1); // those of the previous picture
  const tags = await readOriginalTags(image, deps);
  if (tags === 'gone') {
    if (await isOriginalGone(image, deps))
      return failStep(message, 'exif', originalMissing, { ...deps, measure });
    return { image, changed: false };
  }
  if (tags) await images.putRawExif(imageId, rev, tags.raw);
  return endWithTags(message, tags, record, { ...deps, measure });
};

const readOriginalTags = async (
  { key, etag, sizeBytes }: Image,
  { originals, readTags }: Deps,
): Promise<{ exif: Exif; raw: RawExif } | null | 'gone'> => {
  const readRange = async (offset: number, length: number) => {
    const bytes = key === null ? undefined : await originals.readRange(key, offset, length, etag);
    if (!bytes) throw new OriginalGoneError(`There is no ${key} with the ETag ${etag}.`);
    return bytes;
  };
  try {
    return await readTags(readRange, sizeBytes);
  } catch (error) {
    if (error instanceof OriginalGoneError) return 'gone';
    throw error;
  }
};

const endWithTags = async (
  message: StepMessage,
  tags: { exif: Exif; raw: RawExif } | null,
  record: Versioned | undefined,
  deps: Deps & { measure: ReturnType<typeof startTimer> },
): Promise<StepEnded> => {
  const ended = await endStep(
    message,
    'exif',
    (now) => ({
      image: {
        ...withStepEnded(now, 'exif', { state: 'done' }, deps.measure()),
        ...(tags && { exif: tags.exif }),
      },
    }),
    deps,
    { record },
  );
  const { image } = ended;
  if (tags && (!image || image.deleted || image.rev > message.rev))
    await deps.images.deleteRawExif(message.image_id, message.rev);
  await notifyBatch(image, deps);
  return ended;
};

/** How a step fails whose original was deleted. */
export const originalMissing = {
  code: 'original_missing',
  reason: 'The original is no longer there.',
} as const;

/** Whether an original was deleted; false where another object has replaced it, which has an event of its own. */
export const isOriginalGone = async (
  { key, etag }: Image,
  { originals }: { originals: Objects },
): Promise<boolean> => {
  const head = key === null ? undefined : await originals.head(key);
  if (head?.etag === etag) throw new Error('The original could not be read, although it exists.');
  return head === undefined;
};
