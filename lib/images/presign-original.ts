import { Problem } from '#lib/problem.ts';
import { findImage } from './find-image.ts';
import type { Images } from './images.ts';
import type { Objects } from './objects.ts';
import { contentTypeOf } from './picture.ts';
import type { HasClock } from './timer.ts';

/** How long the URL is valid. */
const validSeconds = 300;
/** Seconds after which a picture that is being fetched may be there. */
const soon = 2;

/**
 * Presigns a short-lived URL of the original, served as what its bytes are, never as what a client
 * said. A file that has not been inspected is served as an attachment. Throws a Problem where there is
 * none.
 */
export const presignOriginal = async (
  { imageId, method }: { imageId: string; method: 'GET' | 'HEAD' },
  { images, originals, now }: HasClock & { images: Images; originals: Objects },
): Promise<{ url: string; expiresAt: Date }> => {
  const { key, originalName, metadata, fetching, rejected } = await findImage(imageId, { images });
  if (key === null && fetching && !rejected)
    throw new Problem('original_not_ready', 'The picture is still being fetched from its URL.', {
      retryAfterSeconds: soon,
    });
  if (key === null)
    throw new Problem(
      'original_not_stored',
      'This picture was rejected, and its file was not stored.',
    );
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
