import { createHash } from 'node:crypto';
import { type Image, imageIdOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { type IncomingObject, ingest } from './ingest.ts';
import { sanitizeFilename } from './object-key.ts';
import { type Inspect, type Refusal, tooLargeRefusal } from './picture.ts';
import { renditionSetIdFor } from './rendition-set.ts';
import { mapSteps } from './steps.ts';
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
 * Ingests a file sent by HTTP: inspects its headers, stores the object, and writes the same record that
 * register-image would write, so that the image can be read at once. It enqueues nothing: the S3 event
 * does, even if the function is killed in between. A rejected file is recorded as such, and not stored.
 */
export const uploadImage = async (upload: Upload, deps: Deps): Promise<Image> => {
  const { filename, bytes, requestId } = upload;
  if (bytes.byteLength > deps.uploadMaxBytes)
    return recordRefusal(upload, tooLargeRefusal(bytes.byteLength, deps.uploadMaxBytes), deps);
  const inspected = await deps.inspect(bytes);
  if ('refusal' in inspected) return recordRefusal(upload, inspected.refusal, deps);

  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const key = uploadKey(upload);
  const [known, etag] = await Promise.all([
    deps.renditionSets.find(renditionSetIdFor(sha256, deps.sizes)),
    deps.originals.write(key, bytes, {
      contentType: `image/${inspected.metadata.format}`,
      sha256,
      userMetadata: { name: filename, 'request-id': requestId },
    }),
  ]);
  const incoming: IncomingObject = {
    key,
    etag,
    originalName: filename,
    source: 'upload',
    requestId,
    receivedAt: deps.now(),
    sizeBytes: bytes.byteLength,
    sha256,
    metadata: inspected.metadata,
    firstUploadAt: known?.createdAt,
  };
  const { image } = await updateImage(
    imageIdOf(key),
    (image) => ingest(image, incoming, deps),
    deps,
    { record: undefined }, // this key is new; only its own S3 event may have come first
  );
  if (!image) throw new Error(`The image at ${key} was not recorded.`);
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
