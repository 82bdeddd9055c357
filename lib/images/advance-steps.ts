import type { Image } from './image.ts';
import type { StepMessage } from './messages.ts';
import type { Rejection } from './picture.ts';
import { type Outcome, type Step, type StepName, type Steps, stepNames } from './step.ts';
import { stepDefinition } from './steps.ts';

/** How a run went, beside its outcome. `attempts` is the message's receive count. */
export type AttemptStats = { attempts: number; durationMs: number; endedAt: Date };

/** Whether a message is still current: the image has the same revision, the step the same run. */
export const isCurrent = (
  image: Image | undefined,
  step: StepName,
  { rev, run }: Pick<StepMessage, 'rev' | 'run'>,
): image is Image =>
  image !== undefined && !image.deleted && image.rev === rev && image.steps[step].run === run;

/** A step may be worked on while it is pending, or again after giving up: redriven from the dead-letter queue. */
export const isOpen = (step: Step): boolean =>
  step.state === 'pending' || (step.state === 'failed' && step.gaveUp);

/** Marks the image as being processed, unless it is; the first worker does. */
export const start = (image: Image, now: Date): Image =>
  image.beganAt ? image : { ...image, beganAt: now.toISOString() };

/** The image with one step ended. */
export const withStepEnded = (
  image: Image,
  step: StepName,
  outcome: Outcome,
  { attempts, durationMs, endedAt }: AttemptStats,
): Image => {
  const { run } = image.steps[step];
  const now = endedAt.toISOString();
  const ended: Step =
    outcome.state === 'skipped'
      ? { state: 'skipped', run, reason: outcome.reason }
      : { ...outcome, run, attempts, durationMs: Math.round(durationMs), endedAt: now };
  const steps = withDependents({ ...image.steps, [step]: ended }, step, now);
  const startedAt = new Date(endedAt.getTime() - durationMs); // by this run, if by none before
  return { ...start(image, startedAt), steps };
};

/** A step that needs another one is skipped where that one failed, and requested again when it is done. */
const withDependents = (steps: Steps, ended: StepName, now: string): Steps => {
  const after: Steps = { ...steps };
  for (const name of stepNames) {
    const { after: needs } = stepDefinition(name);
    if (needs?.step !== ended) continue;
    const { state, run } = after[name];
    const reason = needs.otherwise;
    if (after[ended].state === 'failed' && state === 'pending')
      after[name] = { state: 'skipped', run, reason };
    if (after[ended].state === 'done' && state === 'skipped' && after[name].reason === reason)
      after[name] = { state: 'pending', run, since: now };
  }
  return after;
};

/** The image as rejected: its file is no picture that can be read, and its open steps are skipped. */
export const reject = (image: Image, rejected: Rejection, now: Date): Image => {
  const steps = { ...image.steps };
  for (const name of stepNames)
    if (isOpen(steps[name]))
      steps[name] = { state: 'skipped', run: steps[name].run, reason: rejected.reason };
  return { ...start(image, now), steps, rejected, processedAt: now.toISOString() };
};

/** Whether a step is pending and what it needs is there: the original, and the step before it. */
export const canBeEnqueued = (image: Image, name: StepName): boolean => {
  const { after } = stepDefinition(name);
  const isReady = stepNames.every(
    (other) => other !== after?.step || image.steps[other].state === 'done',
  );
  return image.key !== null && image.steps[name].state === 'pending' && isReady;
};
