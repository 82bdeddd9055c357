import { canBeEnqueued } from './advance-steps.ts';
import { type Image, statusOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { StepMessage } from './messages.ts';
import { type StepName, stepNames } from './step.ts';

type Deps = Pick<ImageDeps, 'stepQueues'>;

/** Enqueues every step that is pending and can be worked on now, or notifies the batch of the end. */
export const enqueueSteps = async (image: Image, deps: Deps): Promise<void> => {
  await Promise.all(
    stepNames
      .filter((name) => canBeEnqueued(image, name))
      .map((name) => deps.stepQueues.enqueue(name, toStepMessage(image, name))),
  );
  await notifyBatch(image, deps);
};

/** Notifies the row of a batch that its image has ended; twice changes nothing. */
export const notifyBatch = async (
  image: Image | undefined,
  { stepQueues }: Deps,
): Promise<void> => {
  if (image?.source !== 'batch' || image.key === null) return;
  const status = statusOf(image);
  if (!image.deleted && status !== 'done' && status !== 'failed') return;
  const { imageId, key, requestId } = image;
  await stepQueues.enqueueOutcome({ image_id: imageId, key, request_id: requestId });
};

/** The message that requests the current run of a step. */
export const toStepMessage = (
  { imageId, rev, steps, requestId }: Image,
  step: StepName,
): StepMessage => ({
  image_id: imageId,
  rev,
  run: steps[step].run,
  request_id: requestId,
});
