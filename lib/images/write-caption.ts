import type { Caption, Describe } from './caption.ts';
import type { Images, RenditionSets } from './images.ts';
import type { StepMessage, StepQueues } from './messages.ts';
import type { Objects } from './objects.ts';
import { optimizedSize } from './picture.ts';
import { renditionKey } from './rendition-set.ts';
import { endStep, isCurrent, isOpen, notifyBatch } from './steps.ts';
import { type HasClock, startTimer } from './timer.ts';
import { updateImage } from './update-image.ts';

type Deps = HasClock & {
  images: Images;
  renditionSets: RenditionSets;
  derived: Objects;
  workers: StepQueues;
  describe: Describe;
};

/**
 * Given an image with thumbnails, have a model describe the largest of them. The model never sees
 * the original. Bytes that were described before are not paid for again.
 */
export const writeCaption = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<void> => {
  const { images, renditionSets, derived, describe } = deps;
  const attemptStats = startTimer(attempts, deps);
  const image = (await images.find(message.image_id))?.image;
  if (!isCurrent(image, 'caption', message)) return;
  if (!isOpen(image.steps.caption)) return notifyBatch(image, deps); // delivered twice, or we were killed
  const { renditionSet } = image;
  const [largest] = (renditionSet?.renditions ?? [])
    .filter(({ name }) => name !== optimizedSize.name) // as large as the original
    .toSorted((a, b) => b.width - a.width);
  if (!renditionSet || !largest) return; // its thumbnails are being made anew, and ask again when done

  const written = (await renditionSets.find(renditionSet.renditionSetId))?.caption;
  if (written) return conclude({ caption: written });

  const jpeg = await derived.read(renditionKey(renditionSet, largest.name));
  if (!jpeg)
    throw new Error(`There is no rendition ${largest.name} of ${renditionSet.renditionSetId}.`);
  return conclude(await describe(jpeg));

  async function conclude(answer: { caption: Caption } | { failed: string }) {
    const { image: after } = await updateImage(
      message.image_id,
      (now) => {
        if (!isCurrent(now, 'caption', message) || !isOpen(now.steps.caption)) return undefined;
        if ('failed' in answer) {
          const outcome = { state: 'failed', reason: answer.failed, gaveUp: false } as const;
          return { image: endStep(now, 'caption', outcome, attemptStats()) };
        }
        const { caption } = answer;
        return {
          image: { ...endStep(now, 'caption', { state: 'done' }, attemptStats()), caption },
          renditionSetChange: now.renditionSet && {
            action: 'setCaption',
            renditionSetId: now.renditionSet.renditionSetId,
            owner: now.renditionSet.owner,
            caption,
          },
        };
      },
      deps,
    );
    await notifyBatch(after, deps);
  }
};
