import type { Image } from './image.ts';
import type { ContentMove, Images } from './images.ts';

/** What a decision makes of an image: another image, perhaps with a move of a content; or nothing. */
export type Change = { image: Image; move?: ContentMove | undefined };

const mostTries = 20;

/**
 * Reads an image, decides, and swaps; where another was quicker, reads and decides again, after a
 * pause with full jitter so that the crowd thins out (AWS Architecture Blog, "Exponential Backoff
 * And Jitter"). Returns the image as it now stands. Throws when it lost 20 times in a row: the
 * message comes back.
 */
export const changeImage = async (
  imageId: string,
  decide: (image: Image | undefined) => Change | undefined | Promise<Change | undefined>,
  { images }: { images: Images },
): Promise<{ image: Image | undefined; changed: boolean }> => {
  for (let tries = 0; tries < mostTries; tries++) {
    if (tries) await pause(Math.random() * Math.min(1000, 5 * 2 ** tries));
    const before = await images.find(imageId);
    const change = await decide(before?.image);
    if (!change) return { image: before?.image, changed: false };
    if (await images.swap(before, change.image, change.move))
      return { image: change.image, changed: true };
  }
  throw new Error(`Image ${imageId} changed under our hands ${mostTries} times.`);
};

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
