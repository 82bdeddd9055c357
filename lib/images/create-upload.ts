import { Problem } from '#lib/problem.ts';
import { isOtherKind, storedTypeFor } from './claims.ts';
import { imageIdOf } from './image.ts';
import { sanitizeFilename } from './object-key.ts';
import type { PresignedPosts } from './objects.ts';
import { formats } from './picture.ts';
import type { HasClock } from './timer.ts';

export type Wish = {
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Hex. Counts only because S3 verifies it when the object arrives. */
  sha256?: string | undefined;
  requestId: string;
};

type Deps = HasClock & {
  presignedPosts: PresignedPosts;
  newId: () => string;
  uploadMaxBytes: number;
};

/** How long a form may be posted: long enough for a large file on a slow line. */
const validSeconds = 3600;

/**
 * Gives a form with which one file may be posted straight into the originals. Nothing is recorded
 * until the object arrives, and only then is it known what it is: a name refuses nothing, and a type
 * only where it is that of another kind of file.
 */
export const createUpload = async (
  { filename, contentType, sizeBytes, sha256, requestId }: Wish,
  { presignedPosts, newId, now, uploadMaxBytes }: Deps,
) => {
  if (isOtherKind(contentType)) throw new Problem('unsupported-type', notAPicture(contentType));
  if (sizeBytes > uploadMaxBytes)
    throw new Problem(
      'too-large',
      `The file has ${sizeBytes} bytes; at most ${uploadMaxBytes} are allowed.`,
    );
  if (sizeBytes < 1) throw new Problem('unprocessable', 'The file is empty.');

  const key = `presigned/${newId()}/${sanitizeFilename(filename)}`;
  const { url, fields } = await presignedPosts.presignPost({
    key,
    contentType: storedTypeFor(contentType),
    maxBytes: uploadMaxBytes,
    seconds: validSeconds,
    sha256,
    userMetadata: { name: filename, 'request-id': requestId },
  });
  return {
    imageId: imageIdOf(key),
    url,
    fields,
    expiresAt: new Date(now().getTime() + validSeconds * 1000),
    maxBytes: uploadMaxBytes,
  };
};

const notAPicture = (contentType: string) =>
  `invalid file format: ${contentType} is not a picture's type. Send ${formats.join(', ')}.`;
