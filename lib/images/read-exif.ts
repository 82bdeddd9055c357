import type { Exif, RawExif, ReadTags } from './exif.ts';
import type { Images } from './images.ts';
import type { StepMessage, StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import { endStep, isCurrent, isOpen, notifyBatch } from './steps.ts';
import { type HasClock, startTimer } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = HasClock & {
  images: Images;
  originals: Objects;
  workers: StepQueues;
  readTags: ReadTags;
};

class OriginalGoneError extends Error {
  override readonly name = 'OriginalGone';
}

/** Given an image, note what its camera wrote into it. A file without EXIF is no failure. */
export const readExif = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<void> => {
  const { images, originals, readTags } = deps;
  const attemptStats = startTimer(attempts, deps);
  const record = await images.find(message.image_id);
  const image = record?.image;
  // Killed between keeping its tags and saying so, while it was deleted or another picture took its
  // place: they may hold a position.
  if (!image || image.deleted || image.rev > message.rev)
    return images.forgetRawExif(message.image_id, message.rev);
  if (!isCurrent(image, 'exif', message)) return;
  if (!isOpen(image.steps.exif)) return notifyBatch(image, deps); // delivered twice, or we were killed
  const { imageId, key, etag, rev, sizeBytes } = image;

  if (rev > 1) await images.forgetRawExif(imageId, rev - 1); // what the picture before this one said
  const readRange = async (offset: number, length: number) => {
    const bytes = key === null ? undefined : await originals.readRange(key, offset, length, etag);
    if (!bytes) throw new OriginalGoneError(`There is no ${key} with the ETag ${etag}.`);
    return bytes;
  };
  const tags = await readTags(readRange, sizeBytes).catch((error) => {
    if (error instanceof OriginalGoneError) return 'gone' as const;
    throw error;
  });
  if (tags === 'gone') return missing();

  if (tags) await images.keepRawExif(imageId, rev, tags.raw);
  await conclude(tags);

  async function conclude(tags: { exif: Exif; raw: RawExif } | null) {
    const { image: after } = await updateImage(
      imageId,
      (now) =>
        isCurrent(now, 'exif', message) && isOpen(now.steps.exif)
          ? {
              image: {
                ...endStep(now, 'exif', { state: 'done' }, attemptStats()),
                ...(tags && { exif: tags.exif }),
              },
            }
          : undefined,
      deps,
      { record },
    );
    if (tags && (!after || after.deleted || after.rev > rev))
      await images.forgetRawExif(imageId, rev);
    await notifyBatch(after, deps);
  }

  /** Replaced by another object, it has news of its own; removed by hand, that is this step's end. */
  async function missing() {
    const head = key === null ? undefined : await originals.head(key);
    if (head && head.etag !== etag) return;
    if (head) throw new Error('The original could not be read, although it is there.');
    const reason = 'The original is no longer there.';
    const { image: after } = await updateImage(
      imageId,
      (now) =>
        isCurrent(now, 'exif', message) && isOpen(now.steps.exif)
          ? {
              image: endStep(
                now,
                'exif',
                { state: 'failed', reason, gaveUp: false },
                attemptStats(),
              ),
            }
          : undefined,
      deps,
    );
    await notifyBatch(after, deps);
  }
};
