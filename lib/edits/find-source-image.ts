import type { ProblemCode } from '#lib/error-codes.ts';
import type { Images } from '#lib/images/images.ts';
import type { Objects } from '#lib/images/objects.ts';
import type { Inspect } from '#lib/images/picture.ts';
import { Problem } from '#lib/problem.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { copyKey, type SourceImage } from './edit.ts';
import type { FetchPicture } from './fetch-picture.ts';
import { parseOwnImageUrl } from './own-image.ts';

type Wanted = {
  /** The field of the request, for error messages and the name of the copy. */
  field: 'source_url' | 'target_url';
  text: string;
  baseUrl: string;
  editId: string;
};

export type SourceImageDeps = {
  images: Images;
  derived: Objects;
  fetchPicture: FetchPicture;
  inspect: Inspect;
};

/**
 * Finds the picture that a client names; throws a Problem that says what is wrong with the field. A
 * picture of another host is fetched at once, so that a wrong URL is reported at once, and stored for
 * the worker.
 */
export const findSourceImage = async (
  wanted: Wanted,
  deps: SourceImageDeps,
): Promise<SourceImage> => {
  const imageId = parseOwnImageUrl(wanted.text, wanted.baseUrl);
  return imageId === undefined
    ? fetchSourceImage(wanted, deps)
    : ownSourceImage(imageId, wanted, deps);
};

const ownSourceImage = async (
  imageId: string,
  { field }: Wanted,
  { images }: SourceImageDeps,
): Promise<SourceImage> => {
  const image = (await images.find(imageId))?.image;
  if (!image || image.deleted)
    throw sourceProblem(
      'source_not_found',
      field,
      'There is no such image. Give an image_id or file_url of ours, or a public http or https URL.',
    );
  if (image.fetching && !image.rejected)
    throw sourceProblem(
      'source_unavailable',
      field,
      'That image is still being fetched from its URL.',
      soon,
    );
  if (image.rejected || image.key === null)
    throw sourceProblem(
      'source_unusable',
      field,
      `That image was rejected. ${image.rejected?.reason ?? 'Its file was not stored.'}`,
    );
  return { from: 'image', key: image.key, etag: image.etag };
};

const fetchSourceImage = async (
  { field, text, editId }: Wanted,
  { derived, fetchPicture, inspect }: SourceImageDeps,
): Promise<SourceImage> => {
  const fetched = await fetchPicture(text).catch((error: unknown) => {
    // A conflict is not stored under an Idempotency-Key: the same request may succeed soon.
    if (error instanceof RetryLaterError)
      throw sourceProblem(
        'source_unavailable',
        field,
        error.message,
        error.retryAfterSeconds ?? soon,
      );
    throw error;
  });
  if (!fetched.ok) throw sourceProblem('source_not_fetched', field, fetched.reason);
  const inspected = await inspect(fetched.bytes);
  if ('refusal' in inspected)
    throw sourceProblem('source_unusable', field, inspected.refusal.reason);

  const key = copyKey(editId, field === 'source_url' ? 'source' : 'target');
  const contentType = `image/${inspected.metadata.format}`;
  await derived.write(key, fetched.bytes, { contentType });
  return { from: 'copy', key };
};

/** Begins with the field, since a request may name two pictures. */
const sourceProblem = (
  code: ProblemCode,
  field: Wanted['field'],
  error: string,
  retryAfterSeconds?: number,
): Problem =>
  new Problem(code, `The picture of ${field} cannot be used. ${error}`, {
    fields: [{ field, error }],
    retryAfterSeconds,
  });

/** Seconds after which a busy server may be available again. */
const soon = 5;
