import { Problem } from '#lib/problem.ts';
import { findImage } from './find-image.ts';
import type { Images } from './images.ts';
import type { Objects } from './objects.ts';
import type { HasClock } from './timer.ts';

/** How long the URL is valid. */
const validSeconds = 300;

/** Presigns a short-lived URL of the original. Throws a Problem where there is none. */
export const presignOriginal = async (
  imageId: string,
  { images, originals, now }: HasClock & { images: Images; originals: Objects },
): Promise<{ url: string; expiresAt: Date }> => {
  const { key, originalName } = await findImage(imageId, { images });
  if (key === null)
    throw new Problem('not-found', 'This upload was rejected, and its file was not stored.');
  const expiresAt = new Date(now().getTime() + validSeconds * 1000);
  const url = await originals.link(key, validSeconds, { filename: originalName });
  return { url, expiresAt };
};
