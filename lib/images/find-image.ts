import { Problem } from '#lib/problem.ts';
import type { Image } from './image.ts';
import type { Images } from './images.ts';

/** An image as people may see it: a deleted one is not found. */
export const findImage = async (
  imageId: string,
  { images }: { images: Images },
): Promise<Image> => {
  const found = await images.find(imageId);
  if (!found || found.image.deleted) throw new Problem('not-found', 'Image not found');
  return found.image;
};
