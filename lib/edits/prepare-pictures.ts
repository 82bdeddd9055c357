import type { ErrorCode } from '#lib/error-codes.ts';
import { type Failure, failure } from '#lib/failure.ts';
import type { Objects } from '#lib/images/objects.ts';
import type {
  JoinPictures,
  PreparedPicture,
  PreparePicture,
  Refusal,
} from '#lib/images/picture.ts';
import type { Edit, In, SourceImage } from './edit.ts';
import type { PictureToSend } from './edit-picture.ts';

export type PictureDeps = {
  originals: Objects;
  derived: Objects;
  prepare: PreparePicture;
  join: JoinPictures;
};

type Limits = { maxSide: number; maxBytes: number; maxPictures?: number };
type Role = 'source' | 'target';
type Prepared = { ok: true; source: PictureToSend; target?: PictureToSend };

/**
 * Prepares an edit's pictures for the provider, or says which of them cannot be sent. A provider that
 * accepts a single picture gets both in one: the source on the left, the target on the right.
 */
export const preparePictures = async (
  { source, target }: In<'PROCESSING'>,
  limits: Limits,
  deps: PictureDeps,
): Promise<Prepared | Failure<ErrorCode>> => {
  const first = await read('source', source, deps);
  if (!first.ok) return first;
  const second = target && (await read('target', target, deps));
  if (second && !second.ok) return second;

  const { prepare, join } = deps;
  if (second && limits.maxPictures === 1) {
    const both = await join(first.bytes, second.bytes, limits);
    return 'refusal' in both
      ? failure(
          'source_unusable',
          `The source and the target cannot be sent together: ${both.refusal.reason}`,
        )
      : { ok: true, source: named('source', both) };
  }
  const own = await prepare(first.bytes, limits);
  if ('refusal' in own) return unfit('source', own.refusal);
  if (!second) return { ok: true, source: named('source', own) };
  const other = await prepare(second.bytes, limits);
  if ('refusal' in other) return unfit('target', other.refusal);
  return { ok: true, source: named('source', own), target: named('target', other) };
};

const unfit = (role: Role, { reason }: Refusal): Failure<ErrorCode> =>
  failure('source_unusable', `The ${role} cannot be sent: ${reason}`);

const named = (role: Role, picture: PreparedPicture): PictureToSend => ({
  ...picture,
  name: `${role}.${picture.contentType === 'image/png' ? 'png' : 'jpg'}`,
});

const read = async (
  role: Role,
  sourceImage: SourceImage,
  { originals, derived }: PictureDeps,
): Promise<{ ok: true; bytes: Uint8Array } | Failure<ErrorCode>> => {
  const bytes =
    sourceImage.from === 'image'
      ? await originals.read(sourceImage.key, sourceImage.etag)
      : await derived.read(sourceImage.key);
  return bytes
    ? { ok: true, bytes }
    : failure('source_missing', `The ${role} was deleted or replaced before the edit began.`);
};

/** Deletes the copies of fetched pictures once an edit has ended. Safe to repeat. */
export const removeCopies = async (
  { status, source, target }: Edit,
  deps: { derived: Objects },
): Promise<void> => {
  if (status === 'COMPLETED' || status === 'FAILED')
    await removeSourceCopies([source, target], deps);
};

/** Deletes those that are copies. */
export const removeSourceCopies = async (
  sourceImages: readonly (SourceImage | undefined)[],
  { derived }: { derived: Objects },
): Promise<void> => {
  const keys = sourceImages.flatMap((sourceImage) =>
    sourceImage?.from === 'copy' ? [sourceImage.key] : [],
  );
  if (keys.length) await derived.remove(keys);
};
