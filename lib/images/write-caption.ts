import type { Describe } from './caption.ts';
import { changeImage } from './change-image.ts';
import { renditionKey } from './content.ts';
import type { Contents, Images } from './images.ts';
import type { StepMessage, Workers } from './messages.ts';
import type { Objects } from './objects.ts';
import { optimizedSize } from './picture.ts';
import { end, isCurrent, isOpen, tellEnd } from './steps.ts';
import { startTimer, type Timed } from './timer.ts';

type Deps = Timed & {
  images: Images;
  contents: Contents;
  derived: Objects;
  workers: Workers;
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
  const { images, contents, derived, describe } = deps;
  const effort = startTimer(attempts, deps);
  const image = (await images.find(message.image_id))?.image;
  if (!isCurrent(image, 'caption', message)) return;
  if (!isOpen(image.steps.caption)) return tellEnd(image, deps); // delivered twice, or we were killed
  const { content } = image;
  const [largest] = (content?.renditions ?? [])
    .filter(({ name }) => name !== optimizedSize.name) // as large as the original
    .toSorted((a, b) => b.width - a.width);
  if (!content || !largest) return; // its thumbnails are being made anew, and ask again when done

  const written = (await contents.find(content.contentId))?.caption;
  if (written) return conclude({ ok: true, caption: written });

  const jpeg = await derived.read(renditionKey(content, largest.name));
  if (!jpeg) throw new Error(`There is no rendition ${largest.name} of ${content.contentId}.`);
  return conclude(await describe(jpeg));

  async function conclude(answer: Awaited<ReturnType<Describe>>) {
    const { image: after } = await changeImage(
      message.image_id,
      (now) => {
        if (!isCurrent(now, 'caption', message) || !isOpen(now.steps.caption)) return undefined;
        if (!answer.ok) {
          const outcome = { state: 'failed', reason: answer.reason, gaveUp: false } as const;
          return { image: end(now, 'caption', outcome, effort()) };
        }
        const { caption } = answer;
        return {
          image: { ...end(now, 'caption', { state: 'done' }, effort()), caption },
          move: now.content && {
            move: 'caption',
            contentId: now.content.contentId,
            maker: now.content.maker,
            caption,
          },
        };
      },
      deps,
    );
    await tellEnd(after, deps);
  }
};
