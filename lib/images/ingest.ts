import type { Captioning } from './caption.ts';
import { type Image, imageIdOf, isRemoved, type MadeByEdit, type Source } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Metadata } from './picture.ts';
import {
  partialRenditions,
  planRelease,
  possibleRenditions,
  withoutReferences,
} from './rendition-set.ts';
import type { Step } from './step.ts';
import { mapSteps } from './steps.ts';
import type { ImageUpdate } from './update-image.ts';

/** An object as it was just found under a key, from any source. */
export type IncomingObject = {
  key: string;
  etag: string;
  originalName: string;
  source: Source;
  requestId: string;
  receivedAt: Date;
  sizeBytes: number;
  sha256?: string | undefined;
  metadata?: Metadata | undefined;
  firstUploadAt?: string | undefined;
  edit?: MadeByEdit;
};

type Deps = Pick<ImageDeps, 'renditionSets' | 'captioning' | 'sizes'>;

/** The object under this key is being deleted; the next attempt sees whether it is the old or a new one. */
export class BeingDeletedError extends Error {
  override readonly name = 'BeingDeletedError';
}

/**
 * The image under a key after an object was found there. The ETag tells revisions apart: the same one
 * changes nothing (but adds what was not known), another restarts the steps and keeps the position in
 * the list. The object of an image that was deleted before it was fetched is ignored. Throws BeingDeletedError while the image with this ETag is being deleted.
 */
export const ingest = async (
  known: Image | undefined,
  incoming: IncomingObject,
  { renditionSets, captioning, sizes }: Deps,
): Promise<ImageUpdate | undefined> => {
  if (!known) return { image: newImage(incoming, 1, captioning) };
  if (known.fetching) return fetched(known, incoming, captioning);

  // A worker on the previous revision may still be writing.
  const next = (): Image => ({
    ...newImage(incoming, known.rev + 1, captioning),
    earlier: possibleRenditions(known, sizes).slice(-maxEarlier),
  });
  if (isRemoved(known)) return { image: next() };
  if (known.etag === incoming.etag) {
    if (known.deleted) throw new BeingDeletedError(`${incoming.key} is being deleted.`);
    return completed(known, incoming);
  }

  const partial = await withoutReferences(partialRenditions(known, sizes), { renditionSets });
  if (known.deleted)
    return {
      image: { ...next(), orphanedRenditions: [...(known.orphanedRenditions ?? []), ...partial] },
    };
  const { renditionSetChange, orphanedRenditions } = await planRelease(known, { renditionSets });
  const image = {
    ...next(),
    listedAt: known.listedAt,
    orphanedRenditions: [...orphanedRenditions, ...partial],
  };
  return { image, renditionSetChange };
};

const maxEarlier = 4; // written within the minute that a worker may run; records must stay small

/** The record of an object that was not known before, with all steps pending. */
export const newImage = (incoming: IncomingObject, rev: number, captioning: Captioning): Image => {
  const { key, etag, originalName, source, requestId, receivedAt, sizeBytes } = incoming;
  const now = receivedAt.toISOString();
  const pending: Step = { state: 'pending', run: 1, since: now };
  return {
    imageId: imageIdOf(key),
    key,
    etag,
    rev,
    originalName,
    source,
    requestId,
    listedAt: now,
    uploadedAt: now,
    sizeBytes,
    ...(incoming.sha256 && { sha256: incoming.sha256 }),
    ...(incoming.metadata && { metadata: incoming.metadata }),
    ...(incoming.firstUploadAt && { firstUploadAt: incoming.firstUploadAt }),
    ...(incoming.edit && { edit: incoming.edit }),
    steps: mapSteps((name) =>
      name === 'caption' && !captioning.ok
        ? { state: 'skipped', run: 1, reason: captioning.reason }
        : pending,
    ),
  };
};

/** The first object of an image that was recorded before its picture was fetched; none for a deleted one. */
const fetched = (
  { deleted, rev, listedAt, personCaption, focalPoint }: Image,
  incoming: IncomingObject,
  captioning: Captioning,
): ImageUpdate | undefined =>
  deleted
    ? undefined
    : {
        image: {
          ...newImage(incoming, rev + 1, captioning),
          listedAt,
          ...(personCaption !== undefined && { personCaption }),
          ...(focalPoint && { focalPoint }),
        },
      };

/** The S3 event may register an image before the upload or the edit does; then these add the rest. */
const completed = (
  known: Image,
  { sha256, metadata, edit }: IncomingObject,
): ImageUpdate | undefined => {
  if ((known.sha256 || !sha256) && (known.metadata || !metadata) && (known.edit || !edit))
    return undefined;
  return {
    image: {
      ...known,
      ...(sha256 && { sha256: known.sha256 ?? sha256 }),
      ...(metadata && { metadata: known.metadata ?? metadata }),
      ...(edit && { edit: known.edit ?? edit }),
    },
  };
};
