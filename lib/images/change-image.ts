import { change } from '#lib/change.ts';
import type { Image } from './image.ts';
import type { ContentMove, Images } from './images.ts';

/** What a decision makes of an image: another image, perhaps with a move of a content; or nothing. */
export type Change = { image: Image; move?: ContentMove | undefined };

/**
 * Reads an image, decides, and swaps, until nobody was quicker. Returns the image as it now stands.
 * Throws when it lost too often: the message comes back.
 */
export const changeImage = async (
  imageId: string,
  decide: (image: Image | undefined) => Change | undefined | Promise<Change | undefined>,
  { images }: { images: Images },
): Promise<{ image: Image | undefined; changed: boolean }> => {
  const { before, after } = await change({
    name: `Image ${imageId}`,
    read: () => images.find(imageId),
    decide: (known) => decide(known?.image),
    swap: (known, { image, move }: Change) => images.swap(known, image, move),
  });
  return after ? { image: after.image, changed: true } : { image: before?.image, changed: false };
};
