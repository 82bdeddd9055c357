import { type Image, imageIdOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { type IncomingObject, ingest } from './ingest.ts';
import { sanitizeFilename } from './object-key.ts';
import { type Inspect, type Refusal, tooLargeRefusal } from './picture.ts';
import { mapSteps } from './steps.ts';
import { storePicture } from './store-picture.ts';
import { updateImage } from './update-image.ts';

export type Upload = {
  /** Identifies the upload: the same one makes the same image. `[A-Za-z0-9-]` */
  uploadId: string;
  requestId: string;
  filename: string;
  contentType: string | undefined;
  bytes: Uint8Array;
};

type Deps = Pick<
  ImageDeps,
  'now' | 'images' | 'renditionSets' | 'originals' | 'captioning' | 'sizes' | 'uploadMaxBytes'
> & { inspect: Inspect };

/**
 * Ingests a file sent by HTTP: inspects its headers and stores it. A rejected file is recorded as such,
 * and not stored.
 */
export const uploadImage = async (upload: Upload, deps: Deps): Promise<Image> => {
  const { filename, bytes, requestId } = upload;
  if (bytes.byteLength > deps.uploadMaxBytes)
    return recordRefusal(upload, tooLargeRefusal(bytes.byteLength, deps.uploadMaxBytes), deps);
  const inspected = await deps.inspect(bytes);
  if ('refusal' in inspected) return recordRefusal(upload, inspected.refusal, deps);

  const { image, incoming } = await storePicture(
    {
      key: uploadKey(upload),
      bytes,
      metadata: inspected.metadata,
      originalName: filename,
      source: 'upload',
      requestId,
    },
    deps,
    { record: undefined }, // this key is new; only its own S3 event may have come first
  );
  return asAccepted(image, incoming, deps);
};

/** The image as it was accepted, even if workers have changed it since. */
const asAccepted = async (image: Image, incoming: IncomingObject, deps: Deps): Promise<Image> => {
  const { listedAt, uploadedAt } = image;
  const accepted = await ingest(undefined, incoming, deps);
  return accepted ? { ...accepted.image, listedAt, uploadedAt } : image;
};

const uploadKey = ({ uploadId, filename }: Upload): string =>
  `uploads/${uploadId}/${sanitizeFilename(filename)}`;

const recordRefusal = async (upload: Upload, rejected: Refusal, deps: Deps): Promise<Image> => {
  const now = deps.now().toISOString();
  const skipped = { state: 'skipped', run: 1, reason: rejected.reason } as const;
  const image: Image = {
    imageId: imageIdOf(`refused/${upload.uploadId}`),
    key: null,
    etag: '',
    rev: 1,
    originalName: upload.filename,
    source: 'upload',
    requestId: upload.requestId,
    listedAt: now,
    uploadedAt: now,
    processedAt: now,
    sizeBytes: upload.bytes.byteLength,
    rejected,
    steps: mapSteps(() => skipped),
  };
  await updateImage(image.imageId, (known) => (known ? undefined : { image }), deps);
  return image;
};
