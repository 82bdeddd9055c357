import type { ErrorCode } from '#lib/error-codes.ts';
import { type AttemptStats, isCurrent, isOpen, withStepEnded } from './advance-steps.ts';
import { notifyBatch } from './enqueue-steps.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Images, Versioned } from './images.ts';
import type { StepMessage } from './messages.ts';
import type { Outcome, StepName } from './step.ts';
import { type HasClock, startTimer } from './timer.ts';
import { type ImageUpdate, updateImage } from './update-image.ts';

/** What a worker needs to end its step. */
export type StepDeps = Pick<ImageDeps, 'images' | 'stepQueues'>;

/** Measures this delivery when it is called: its attempts and how long it has run. */
export type Measure = () => AttemptStats;

/** An outcome, or what an outcome means for the image beside its step. */
export type StepEnd =
  | Outcome
  | ((image: Image) => ImageUpdate | undefined | Promise<ImageUpdate | undefined>);

/**
 * The image as it stands after a delivery, whether this delivery ended its step, and the kind of
 * failure where what failed has one.
 */
export type StepEnded = { image: Image | undefined; changed: boolean; kind?: string };

/**
 * Ends the run of a step that a message requested, unless that run is over or another one by now:
 * SQS delivers at least once. `seen` is a record read a moment ago, which spares a read. Returns the
 * image as it stands afterwards, and whether this call ended the step.
 */
export const endStep = (
  message: StepMessage,
  step: StepName,
  end: StepEnd,
  { images, measure }: { images: Images; measure: Measure },
  seen?: { record: Versioned | undefined },
) =>
  updateImage(
    message.image_id,
    (image) => {
      if (!isCurrent(image, step, message) || !isOpen(image.steps[step])) return undefined;
      if (typeof end === 'function') return end(image);
      return { image: withStepEnded(image, step, end, measure()) };
    },
    { images },
    seen,
  );

/** For a message whose step has ended: delivered twice, or its worker was killed after it had saved. */
export const finishEarlierEnd = async (record: Versioned, deps: StepDeps): Promise<void> => {
  await deps.images.correctLists(record);
  await notifyBatch(record.image, deps);
};

/** Ends a step as failed because of the picture itself, which no retry would change. */
export const failStep = async (
  message: StepMessage,
  step: StepName,
  { code, reason }: { code: ErrorCode; reason: string },
  deps: StepDeps & { measure: Measure },
): Promise<StepEnded> => {
  const end = { state: 'failed', code, reason, gaveUp: false } as const;
  const ended = await endStep(message, step, end, deps);
  await notifyBatch(ended.image, deps);
  return ended;
};

/** Records that retries of a step are exhausted. Its message stays in the dead-letter queue. */
export const giveUpStep = async (
  message: StepMessage,
  step: StepName,
  { reason, attempts }: { reason: string; attempts: number },
  deps: StepDeps & HasClock,
): Promise<void> => {
  const measure = startTimer(attempts, deps);
  const { image } = await endStep(
    message,
    step,
    (known) => {
      if (known.steps[step].state !== 'pending') return undefined; // redriven: the first reason stands
      const code = 'retries_exhausted';
      const outcome = { state: 'failed', code, reason, gaveUp: true } as const;
      return { image: withStepEnded(known, step, outcome, measure()) };
    },
    { ...deps, measure },
  );
  await notifyBatch(image, deps);
};
