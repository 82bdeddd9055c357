import { Problem } from '#lib/problem.ts';
import { findImage } from './find-image.ts';
import type { Images } from './images.ts';
import type { Objects } from './objects.ts';
import { contentTypeOf } from './picture.ts';
import type { HasClock } from './timer.ts';

/** How long the link serves whoever holds it. */
const validSeconds = 300;

/**
 * A short-lived link to the file as it was sent, served by what its bytes were found to be, never by
 * what a sender said. What has not been looked at is only saved.
 */
export const presignOriginal = async (
  { imageId, method }: { imageId: string; method: 'GET' | 'HEAD' },
  { images, originals, now }: HasClock & { images: Images; originals: Objects },
): Promise<{ url: string; expiresAt: Date }> => {
  const { key, originalName, metadata } = await findImage(imageId, { images });
  if (key === null)
    throw new Problem('not-found', 'This upload was refused, and its file was not kept.');
  const expiresAt = new Date(now().getTime() + validSeconds * 1000);
  const url = await originals.link(key, validSeconds, {
    filename: originalName,
    method,
    ...(metadata
      ? { contentType: contentTypeOf(metadata) }
      : { contentType: 'application/octet-stream', disposition: 'attachment' }),
  });
  return { url, expiresAt };
};
