import { Problem } from '#lib/problem.ts';
import { isOtherKind, storedTypeFor } from './claims.ts';
import { imageIdOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { sanitizeFilename } from './object-key.ts';
import { emptyRefusal, formats, type Refusal, refusalCode, tooLargeRefusal } from './picture.ts';

export type UploadRequest = {
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Hex. It is trusted because S3 verifies it when the object is uploaded. */
  sha256?: string | undefined;
  requestId: string;
};

type Deps = Pick<ImageDeps, 'now' | 'presignedPosts' | 'uploadMaxBytes'> & { newId: () => string };

/** How long a form is valid: long enough for a large file on a slow connection. */
const validSeconds = 3600;

/**
 * Presigns a form that uploads one file straight into the originals bucket; S3 refuses one of more bytes
 * than were stated. Nothing is recorded until the object is created, and only then is it known what it
 * is: a name rejects nothing, and a type only where it is that of another kind of file. Throws a Problem
 * for a type or size that would be rejected.
 */
export const createUpload = async (
  { filename, contentType, sizeBytes, sha256, requestId }: UploadRequest,
  { presignedPosts, newId, now, uploadMaxBytes }: Deps,
) => {
  if (isOtherKind(contentType)) throw new Problem('unsupported_format', notAPicture(contentType));
  if (sizeBytes > uploadMaxBytes) throw refusalProblem(tooLargeRefusal(sizeBytes, uploadMaxBytes));
  if (sizeBytes < 1) throw refusalProblem(emptyRefusal);

  const key = `presigned/${newId()}/${sanitizeFilename(filename)}`;
  const { url, fields } = await presignedPosts.presignPost({
    key,
    contentType: storedTypeFor(contentType),
    maxBytes: sizeBytes,
    seconds: validSeconds,
    sha256,
    userMetadata: { name: filename, 'request-id': requestId },
  });
  return {
    imageId: imageIdOf(key),
    url,
    fields,
    expiresAt: new Date(now().getTime() + validSeconds * 1000),
    maxBytes: sizeBytes,
  };
};

const refusalProblem = (refused: Refusal) => new Problem(refusalCode(refused), refused.reason);

const notAPicture = (contentType: string) =>
  `invalid file format: ${contentType} is not a picture's type. Send ${formats.join(', ')}.`;
