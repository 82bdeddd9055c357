import { reject } from './advance-steps.ts';
import { type Image, statusOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { stepDefinition, stepNames } from './steps.ts';
import { updateImage } from './update-image.ts';

/**
 * Stops the processing of an image, unless it has ended: workers find no open step, and a retry opens
 * them again. It is done if only optional steps were open, else failed for this reason. Returns the image
 * as it then is; undefined where there is none.
 */
export const cancelImage = async (
  imageId: string,
  reason: string,
  { images, now }: Pick<ImageDeps, 'images' | 'now'>,
): Promise<Image | undefined> => {
  const { image } = await updateImage(
    imageId,
    (known) =>
      known && !known.deleted && isUnfinished(known)
        ? { image: cancel(known, reason, now()) }
        : undefined,
    { images },
  );
  return image;
};

const cancel = (image: Image, reason: string, now: Date): Image => {
  const { rejected, ...rest } = reject(
    image,
    { kind: 'contents', reason, code: 'batch_cancelled' },
    now,
  );
  const isWhole = stepNames.every(
    (name) => !stepDefinition(name).required || image.steps[name].state === 'done',
  );
  return isWhole ? rest : { ...rest, ...(rejected && { rejected }) };
};

const isUnfinished = (image: Image): boolean =>
  statusOf(image) === 'queued' || statusOf(image) === 'processing';
