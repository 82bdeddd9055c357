import { notFound } from '#lib/not-found.ts';
import type { Image } from './image.ts';
import type { Images } from './images.ts';

/** Finds an image. Throws a Problem where there is none, or it is deleted. */
export const findImage = async (
  imageId: string,
  { images }: { images: Images },
): Promise<Image> => {
  const found = await images.find(imageId);
  if (!found || found.image.deleted) throw notFound('image_not_found');
  return found.image;
};
