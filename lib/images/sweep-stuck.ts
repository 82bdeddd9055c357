import { canBeEnqueued } from './advance-steps.ts';
import { finishDeletion, finishRemoved } from './delete-image.ts';
import { giveUpStep } from './end-step.ts';
import { toStepMessage } from './enqueue-steps.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { type StepName, stepNames } from './step.ts';
import { isFetchOverdue, requeueFetch } from './sweep-fetch.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<
  ImageDeps,
  | 'now'
  | 'images'
  | 'renditionSets'
  | 'originals'
  | 'derived'
  | 'stepQueues'
  | 'fetchQueue'
  | 'sizes'
  | 'variants'
  | 'cdn'
> & {
  pause: (ms: number) => Promise<unknown>;
  /** Called for each step, and each picture to be fetched, that no worker finished. */
  onSwept?: (swept: {
    action: 'requeued' | 'gaveUp';
    step: StepName | 'fetch';
    image: Image;
  }) => void;
};

/** Younger work is left alone: its message may be in flight. */
const oldEnoughMs = 2 * 60_000;
/** Queue depths are approximate; two readings this far apart must both say "empty". */
const betweenReadingsMs = 3000;

/**
 * Finds images that no queue has a message for: a worker was killed on its message's last receive, an
 * S3 event was lost, a deletion was interrupted. Enqueues the step, or the fetching of the picture, once
 * more, only while its queue is empty; the next time it records that retries are exhausted.
 */
export const sweepStuck = async (deps: Deps) => {
  const { images, now, onSwept } = deps;
  const before = new Date(now().getTime() - oldEnoughMs);
  const swept = { deleted: 0, requeued: 0, gaveUp: 0 };
  let idle: Promise<ReadonlySet<StepName | 'fetch'>> | undefined;

  for await (const image of images.unfinished(before)) {
    if (image.deleted === 'deleting') {
      await finishDeletion(image, deps);
      swept.deleted++;
      continue;
    }
    if (image.deleted) {
      await finishRemoved(image, deps);
      continue;
    }
    if (isFetchOverdue(image, before)) {
      idle ??= idleQueues(deps);
      if ((await idle).has('fetch')) {
        const action = await requeueFetch(image, deps);
        swept[action]++;
        onSwept?.({ action, step: 'fetch', image });
      }
    }
    for (const step of stuckSteps(image, before)) {
      idle ??= idleQueues(deps); // read only when an image is stuck
      if (!(await idle).has(step)) continue;
      const action = await requeueOrGiveUp(image, step, before, deps);
      swept[action]++;
      onSwept?.({ action, step, image });
    }
  }
  return swept;
};

const idleQueues = async ({
  stepQueues,
  fetchQueue,
  pause,
}: Deps): Promise<ReadonlySet<StepName | 'fetch'>> => {
  const names = [...stepNames, 'fetch'] as const;
  const look = () =>
    Promise.all(
      names.map((name) => (name === 'fetch' ? fetchQueue.isIdle() : stepQueues.isIdle(name))),
    );
  const first = await look();
  await pause(betweenReadingsMs);
  const second = await look();
  return new Set(names.filter((_, index) => first[index] && second[index]));
};

const stuckSteps = (image: Image, before: Date): StepName[] =>
  stepNames.filter((name) => {
    const step = image.steps[name];
    if (step.state !== 'pending' || !canBeEnqueued(image, name)) return false;
    return (step.requeuedAt ?? step.since) < before.toISOString();
  });

const requeueOrGiveUp = async (
  image: Image,
  step: StepName,
  before: Date,
  { images, stepQueues, now }: Deps,
): Promise<'requeued' | 'gaveUp'> => {
  const message = toStepMessage(image, step);
  const found = image.steps[step];
  if (found.state === 'pending' && found.requeuedAt && found.requeuedAt < before.toISOString()) {
    const reason = 'No worker finished this step, although it was requested twice.';
    await giveUpStep(message, step, { reason, attempts: 2 }, { images, stepQueues, now });
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
  if (changed) await stepQueues.enqueue(step, message);
  return 'requeued';
};
