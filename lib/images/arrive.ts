import type { Captioning } from './caption.ts';
import type { Change } from './change-image.ts';
import { halfMadeOf, makingsOf, releaseOf, unshownOf } from './content.ts';
import { type Image, imageIdOf, type Source, type Step } from './image.ts';
import type { Contents } from './images.ts';
import type { Metadata, Size } from './picture.ts';

/** An object as it was just seen under a key, by whichever door it came. */
export type Arrival = {
  key: string;
  etag: string;
  originalName: string;
  source: Source;
  requestId: string;
  arrivedAt: Date;
  sizeBytes: number;
  sha256?: string | undefined;
  metadata?: Metadata | undefined;
  firstUploadAt?: string | undefined;
};

type Deps = { contents: Contents; captioning: Captioning; sizes: readonly Size[] };

/** An object is being removed under this key; whether it is an old or a new one shows itself soon. */
export class BeingDeleted extends Error {
  override readonly name = 'BeingDeleted';
}

/**
 * What an arrival makes of the image under its key. The ETag tells revisions apart: the same one
 * changes nothing (but adds what was not known), another starts the steps afresh and keeps the
 * place in the list.
 */
export const arrive = async (
  known: Image | undefined,
  arrival: Arrival,
  { contents, captioning, sizes }: Deps,
): Promise<Change | undefined> => {
  if (!known) return { image: arrived(arrival, 1, captioning) };

  // A worker on the picture before may still be writing.
  const next = (): Image => ({
    ...arrived(arrival, known.rev + 1, captioning),
    earlier: makingsOf(known, sizes).slice(-mostEarlier),
  });
  if (known.deleted === 'gone') return { image: next() };
  if (known.etag === arrival.etag) {
    if (known.deleted) throw new BeingDeleted(`${arrival.key} is being deleted.`);
    return completed(known, arrival);
  }

  const halfMade = await unshownOf(halfMadeOf(known, sizes), { contents });
  if (known.deleted)
    return { image: { ...next(), leftovers: [...(known.leftovers ?? []), ...halfMade] } };
  const { move, leftovers } = await releaseOf(known, { contents });
  const image = { ...next(), listedAt: known.listedAt, leftovers: [...leftovers, ...halfMade] };
  return { image, move };
};

const mostEarlier = 4; // written within the minute that a worker may take; a record is to stay small

const arrived = (arrival: Arrival, rev: number, captioning: Captioning): Image => {
  const { key, etag, originalName, source, requestId, arrivedAt, sizeBytes } = arrival;
  const now = arrivedAt.toISOString();
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
    ...(arrival.sha256 && { sha256: arrival.sha256 }),
    ...(arrival.metadata && { metadata: arrival.metadata }),
    firstUploadAt: arrival.firstUploadAt ?? now,
    steps: {
      thumbnails: pending,
      exif: pending,
      caption: captioning.ok ? pending : { state: 'skipped', run: 1, reason: captioning.reason },
    },
  };
};

/** The S3 event may register an image before the upload itself does; then the upload adds the rest. */
const completed = (known: Image, { sha256, metadata }: Arrival): Change | undefined => {
  if ((known.sha256 || !sha256) && (known.metadata || !metadata)) return undefined;
  return {
    image: {
      ...known,
      ...(sha256 && { sha256: known.sha256 ?? sha256 }),
      ...(metadata && { metadata: known.metadata ?? metadata }),
    },
  };
};
