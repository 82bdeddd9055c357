import { updateWithRetry } from '#lib/update-with-retry.ts';
import type { Image } from './image.ts';
import type { Images, RenditionSetChange, Versioned } from './images.ts';

/** The image to save, with the change of a rendition set. Saved together, or not at all. */
export type ImageUpdate = { image: Image; renditionSetChange?: RenditionSetChange | undefined };

/**
 * Reads an image, decides, and saves with an optimistic lock; repeats after a conflict.
 * Returns the image as it now stands. `seen` is a record read a moment ago, which spares a read.
 * Throws after too many conflicts: then the message is retried.
 */
export const updateImage = async (
  imageId: string,
  decide: (image: Image | undefined) => ImageUpdate | undefined | Promise<ImageUpdate | undefined>,
  { images }: { images: Images },
  seen?: { record: Versioned | undefined },
): Promise<{ image: Image | undefined; record: Versioned | undefined; changed: boolean }> => {
  let saved: Versioned | undefined;
  const { before, after } = await updateWithRetry({
    name: `Image ${imageId}`,
    read: () => images.find(imageId),
    seen,
    decide: (known) => decide(known?.image),
    save: async (known, { image, renditionSetChange }: ImageUpdate) => {
      saved = await images.save(known, image, renditionSetChange);
      return saved !== undefined;
    },
  });
  const record = after ? saved : before;
  return { image: record?.image, record, changed: after !== undefined };
};
