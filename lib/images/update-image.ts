import { updateWithRetry } from '#lib/update-with-retry.ts';
import type { Image } from './image.ts';
import type { Images, RenditionSetChange, Versioned } from './images.ts';

/** What a decision makes of an image: another image, perhaps with a move of a content; or nothing. */
export type Change = { image: Image; renditionSetChange?: RenditionSetChange | undefined };

/**
 * Reads an image, decides, and swaps, until nobody was quicker. Returns the image as it now stands.
 * Whoever read it a moment ago gives it as `seen`, and spares one reading. Throws when it lost too
 * often: the message comes back.
 */
export const updateImage = async (
  imageId: string,
  decide: (image: Image | undefined) => Change | undefined | Promise<Change | undefined>,
  { images }: { images: Images },
  seen?: { record: Versioned | undefined },
): Promise<{ image: Image | undefined; record: Versioned | undefined; changed: boolean }> => {
  const { before, after } = await updateWithRetry({
    name: `Image ${imageId}`,
    read: () => images.find(imageId),
    seen,
    decide: (known) => decide(known?.image),
    save: (known, { image, renditionSetChange }: Change) =>
      images.save(known, image, renditionSetChange),
  });
  if (!after) return { image: before?.image, record: before, changed: false };
  const record = { image: after.image, version: (before?.version ?? 0) + 1 };
  return { image: after.image, record, changed: true };
};
