import {
  type Image,
  type Outcome,
  type Step,
  type StepName,
  statusOf,
  stepNames,
} from './image.ts';
import type { StepMessage, StepQueues } from './messages.ts';
import type { Refusal } from './picture.ts';
import type { Change } from './update-image.ts';

const withoutThumbnails = 'There is no thumbnail to describe.';

/** How a run went, beside its outcome. `attempts` is the message's receive count. */
export type AttemptStats = { attempts: number; durationMs: number; endedAt: Date };

/** Whether a message still speaks of the image as it is: the same revision, the same run. */
export const isCurrent = (
  image: Image | undefined,
  step: StepName,
  { rev, run }: Pick<StepMessage, 'rev' | 'run'>,
): image is Image =>
  image !== undefined && !image.deleted && image.rev === rev && image.steps[step].run === run;

/** A step may be worked on while it is pending, or again after giving up: redriven from the dead-letter queue. */
export const isOpen = (step: Step): boolean =>
  step.state === 'pending' || (step.state === 'failed' && step.gaveUp);

/** The first worker to look at an image begins it. */
export const begin = (image: Image, now: Date): Image =>
  image.beganAt ? image : { ...image, beganAt: now.toISOString() };

/** Ends a step. The image is processed when this was the last one. */
export const endStep = (
  image: Image,
  step: StepName,
  outcome: Outcome,
  attemptStats: AttemptStats,
): Image => {
  const { run } = image.steps[step];
  const { attempts, durationMs, endedAt } = attemptStats;
  const now = endedAt.toISOString();
  const ended: Step =
    outcome.state === 'skipped'
      ? { state: 'skipped', run, reason: outcome.reason }
      : { ...outcome, run, attempts, durationMs: Math.round(durationMs), endedAt: now };
  const steps = { ...image.steps, [step]: ended };
  if (step === 'thumbnails') steps.caption = captionAfter(ended, image.steps.caption, now);
  const began = new Date(endedAt.getTime() - durationMs); // by us, if by nobody before
  return processed({ ...begin(image, began), steps }, endedAt);
};

/** A caption describes a thumbnail: without one it is skipped, and asked for again when one comes. */
const captionAfter = (thumbnails: Step, caption: Step, now: string): Step => {
  const { state, run } = caption;
  if (thumbnails.state === 'failed' && state === 'pending')
    return { state: 'skipped', run, reason: withoutThumbnails };
  if (thumbnails.state === 'done' && state === 'skipped' && caption.reason === withoutThumbnails)
    return { state: 'pending', run, since: now };
  return caption;
};

const processed = (image: Image, now: Date): Image => {
  const status = statusOf(image);
  return status === 'done' || status === 'failed'
    ? { ...image, processedAt: now.toISOString() }
    : image;
};

/** Turns a file away that is no picture of ours: what was still to be done is skipped. */
export const reject = (image: Image, rejected: Refusal, now: Date): Image => {
  const steps = { ...image.steps };
  for (const name of stepNames)
    if (isOpen(steps[name]))
      steps[name] = { state: 'skipped', run: steps[name].run, reason: rejected.reason };
  return { ...begin(image, now), steps, rejected, processedAt: now.toISOString() };
};

/** Gives up on a step that was still open. Nothing to change: undefined. */
export const giveUp = (
  image: Image | undefined,
  step: StepName,
  message: Pick<StepMessage, 'rev' | 'run'>,
  reason: string,
  attemptStats: AttemptStats,
): Change | undefined => {
  if (!isCurrent(image, step, message) || image.steps[step].state !== 'pending') return undefined;
  return { image: endStep(image, step, { state: 'failed', reason, gaveUp: true }, attemptStats) };
};

/** Asks the workers for every step that is pending and can be worked on now, or tells of the end. */
export const enqueueNextSteps = async (image: Image, { workers }: { workers: StepQueues }) => {
  await Promise.all(
    stepNames
      .filter((name) => canBeEnqueued(image, name))
      .map((name) => workers.ask(name, toStepMessage(image, name))),
  );
  await notifyBatch(image, { workers });
};

/** An image of a batch that has ended tells its row; telling twice changes nothing. */
export const notifyBatch = async (
  image: Image | undefined,
  { workers }: { workers: StepQueues },
): Promise<void> => {
  if (image?.source !== 'batch' || image.key === null) return;
  const status = statusOf(image);
  if (!image.deleted && status !== 'done' && status !== 'failed') return;
  const { imageId, key, requestId } = image;
  await workers.enqueueOutcome({ image_id: imageId, key, request_id: requestId });
};

export const canBeEnqueued = (image: Image, name: StepName): boolean =>
  image.steps[name].state === 'pending' &&
  (name !== 'caption' || image.steps.thumbnails.state === 'done');

export const toStepMessage = (
  { imageId, rev, steps, requestId }: Image,
  step: StepName,
): StepMessage => ({
  image_id: imageId,
  rev,
  run: steps[step].run,
  request_id: requestId,
});
