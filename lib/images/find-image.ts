import { Problem } from '#lib/problem.ts';
import type { Image } from './image.ts';
import type { Images } from './images.ts';

/** Finds an image. Throws a Problem where there is none, or it is deleted. */
export const findImage = async (
  imageId: string,
  { images }: { images: Images },
): Promise<Image> => {
  const found = await images.find(imageId);
  if (!found || found.image.deleted) throw new Problem('not-found', 'Image not found');
  return found.image;
};
