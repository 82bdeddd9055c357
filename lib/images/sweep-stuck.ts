import type { Cdn, Variants } from '#lib/delivery/variants.ts';
import { finishDeletion, finishRemoved } from './delete-image.ts';
import { type Image, type StepName, stepNames } from './image.ts';
import type { Images, RenditionSets } from './images.ts';
import type { StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import type { Size } from './picture.ts';
import { canBeEnqueued, giveUp, notifyBatch, toStepMessage } from './steps.ts';
import type { HasClock } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = HasClock & {
  images: Images;
  renditionSets: RenditionSets;
  originals: Objects;
  derived: Objects;
  workers: StepQueues;
  sizes: readonly Size[];
  variants: Variants;
  cdn: Cdn;
  pause: (ms: number) => Promise<unknown>;
};

/** Younger work is left alone: its news may be on the way. */
const oldEnoughMs = 2 * 60_000;
/** Queue depths are approximate; two readings this far apart must both say "empty". */
const betweenReadingsMs = 3000;

/**
 * Looks for images that nobody works on: a worker killed on its message's last receive, news that
 * never came, a deletion that stopped half-way. Asks once more, only while that worker's queue is
 * empty; the next time it records that it gave up.
 */
export const sweepStuck = async (deps: Deps) => {
  const { images, now } = deps;
  const before = new Date(now().getTime() - oldEnoughMs);
  const swept = { removed: 0, askedAgain: 0, gaveUp: 0 };
  let idle: Promise<ReadonlySet<StepName>> | undefined;

  for await (const image of images.unfinished(before)) {
    if (image.deleted === 'deleting') {
      await finishDeletion(image, deps);
      swept.removed++;
      continue;
    }
    if (image.deleted) {
      await finishRemoved(image, deps);
      continue;
    }
    for (const step of stuckSteps(image, before)) {
      idle ??= idleSteps(deps); // asked only when somebody is stuck
      if (!(await idle).has(step)) continue;
      swept[await askAgainOrGiveUp(image, step, before, deps)]++;
    }
  }
  return swept;
};

const idleSteps = async ({ workers, pause }: Deps): Promise<ReadonlySet<StepName>> => {
  const look = () => Promise.all(stepNames.map((step) => workers.isIdle(step)));
  const first = await look();
  await pause(betweenReadingsMs);
  const second = await look();
  return new Set(stepNames.filter((_, index) => first[index] && second[index]));
};

const stuckSteps = (image: Image, before: Date): StepName[] =>
  stepNames.filter((name) => {
    const step = image.steps[name];
    if (step.state !== 'pending' || !canBeEnqueued(image, name)) return false;
    return (step.requeuedAt ?? step.since) < before.toISOString();
  });

const askAgainOrGiveUp = async (
  image: Image,
  step: StepName,
  before: Date,
  { images, workers, now }: Deps,
): Promise<'askedAgain' | 'gaveUp'> => {
  const message = toStepMessage(image, step);
  const found = image.steps[step];
  if (found.state === 'pending' && found.requeuedAt && found.requeuedAt < before.toISOString()) {
    const reason = 'No worker finished this step, although it was asked twice.';
    const attemptStats = { attempts: 2, durationMs: 0, endedAt: now() };
    const { image: after } = await updateImage(
      image.imageId,
      (known) => giveUp(known, step, message, reason, attemptStats),
      { images },
    );
    await notifyBatch(after, { workers });
    return 'gaveUp';
  }
  const { changed } = await updateImage(
    image.imageId,
    (known) => {
      const pending = known?.steps[step];
      if (!known || known.deleted || known.rev !== image.rev || pending?.state !== 'pending')
        return undefined;
      const requeuedAt = now().toISOString();
      return {
        image: { ...known, steps: { ...known.steps, [step]: { ...pending, requeuedAt } } },
      };
    },
    { images },
  );
  if (changed) await workers.ask(step, message);
  return 'askedAgain';
};
