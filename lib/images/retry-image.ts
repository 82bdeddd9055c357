import { notFound } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import type { Captioning } from './caption.ts';
import { enqueueSteps } from './enqueue-steps.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { toFetchMessage } from './request-fetch.ts';
import { type Step, type StepName, stepNames } from './step.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<ImageDeps, 'now' | 'images' | 'stepQueues' | 'fetchQueue' | 'captioning'>;

/**
 * Runs the failed and skipped steps of an image again, and only those; first fetches its picture again
 * where that failed. Throws a Problem where there is nothing to retry.
 */
export const retryImage = async (
  imageId: string,
  { images, stepQueues, fetchQueue, captioning, now }: Deps,
): Promise<Image> => {
  const { image } = await updateImage(
    imageId,
    (known) => {
      if (!known || known.deleted) throw notFound('image_not_found');
      return { image: restartSteps(known, captioning, now()) };
    },
    { images },
  );
  if (!image) throw notFound('image_not_found');
  const fetchMessage = toFetchMessage(image);
  if (fetchMessage) await fetchQueue.enqueue(fetchMessage);
  else await enqueueSteps(image, { stepQueues });
  return image;
};

const restartSteps = (image: Image, captioning: Captioning, now: Date): Image => {
  if (image.fetching && !image.rejected)
    throw new Problem(
      'nothing_to_retry',
      'There is nothing to retry: the picture is still being fetched.',
    );
  if (image.key === null && !image.fetching)
    throw new Problem(
      'nothing_to_retry',
      'This upload was rejected and not stored: there is nothing to retry. Upload the file again.',
    );
  const toRetry = stepNames.filter((name) => canRetry(name, image.steps[name], captioning));
  if (toRetry.length === 0)
    throw new Problem(
      'nothing_to_retry',
      `There is nothing to retry: ${whyNot(image, captioning)}`,
    );

  const { rejected: _, beganAt: __, processedAt: ___, fetching, ...rest } = image;
  const steps = { ...image.steps };
  for (const name of toRetry)
    steps[name] = { state: 'pending', run: steps[name].run + 1, since: now.toISOString() };
  if (!fetching) return { ...rest, steps };
  const { url, key, run } = fetching;
  return { ...rest, steps, fetching: { url, key, run: run + 1, since: now.toISOString() } };
};

const canRetry = (name: StepName, { state }: Step, captioning: Captioning): boolean =>
  (state === 'failed' || state === 'skipped') && !(name === 'caption' && !captioning.ok);

const whyNot = ({ steps }: Image, captioning: Captioning): string => {
  if (!captioning.ok && steps.caption.state !== 'done') return captioning.reason;
  return Object.values(steps).some(({ state }) => state === 'pending')
    ? 'no step has failed, some are still pending.'
    : 'every step is done.';
};
