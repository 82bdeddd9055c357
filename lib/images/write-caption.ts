import { isCurrent, isOpen, withStepEnded } from './advance-steps.ts';
import type { Caption, Describe } from './caption.ts';
import { endStep, failStep, type StepDeps } from './end-step.ts';
import { notifyBatch } from './enqueue-steps.ts';
import type { ImageRenditions } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { StepMessage } from './messages.ts';
import { optimizedSize } from './picture.ts';
import { renditionKey } from './rendition-set.ts';
import { startTimer } from './timer.ts';

type Deps = StepDeps &
  Pick<ImageDeps, 'now' | 'renditionSets' | 'derived'> & { describe: Describe };

/**
 * Has a model describe the largest thumbnail of an image. The original is never sent. Bytes that were
 * described before are not paid for again.
 */
export const writeCaption = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<void> => {
  const measure = startTimer(attempts, deps);
  const image = (await deps.images.find(message.image_id))?.image;
  if (!isCurrent(image, 'caption', message)) return;
  if (!isOpen(image.steps.caption)) return notifyBatch(image, deps); // delivered twice, or killed before
  const { renditionSet } = image;
  if (!renditionSet) return; // its thumbnails are being made anew, and enqueue this step when done

  const described = await describeRenditions(renditionSet, deps);
  if (described === undefined) return;
  if (!described.ok) {
    const { reason } = described;
    const failed = { code: 'provider_refused', reason } as const;
    return failStep(message, 'caption', failed, { ...deps, measure });
  }
  await endWithCaption(message, described.caption, { ...deps, measure });
};

/** Undefined where there is no rendition to describe. */
const describeRenditions = async (
  set: ImageRenditions,
  { renditionSets, derived, describe }: Deps,
): Promise<Awaited<ReturnType<Describe>> | undefined> => {
  const [largest] = set.renditions
    .filter(({ name }) => name !== optimizedSize.name) // as large as the original
    .toSorted((a, b) => b.width - a.width);
  if (!largest) return undefined;
  const caption = (await renditionSets.find(set.renditionSetId))?.caption;
  if (caption) return { ok: true, caption };
  const jpeg = await derived.read(renditionKey(set, largest.name));
  if (!jpeg) throw new Error(`There is no rendition ${largest.name} of ${set.renditionSetId}.`);
  return describe(jpeg);
};

const endWithCaption = async (
  message: StepMessage,
  caption: Caption,
  deps: Deps & { measure: ReturnType<typeof startTimer> },
): Promise<void> => {
  const { image } = await endStep(
    message,
    'caption',
    (now) => ({
      image: { ...withStepEnded(now, 'caption', { state: 'done' }, deps.measure()), caption },
      renditionSetChange: now.renditionSet && {
        action: 'setCaption',
        renditionSetId: now.renditionSet.renditionSetId,
        owner: now.renditionSet.owner,
        caption,
      },
    }),
    deps,
  );
  await notifyBatch(image, deps);
};
