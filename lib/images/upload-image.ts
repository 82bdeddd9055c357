import { createHash } from 'node:crypto';
import { type Arrival, arrive } from './arrive.ts';
import type { Captioning } from './caption.ts';
import { changeImage } from './change-image.ts';
import { contentIdOf } from './content.ts';
import { type Image, imageIdOf } from './image.ts';
import type { Contents, Images } from './images.ts';
import { safeNameOf } from './object-key.ts';
import type { Objects } from './objects.ts';
import type { Inspect, Refusal, Size } from './picture.ts';
import type { Timed } from './timer.ts';

export type Upload = {
  /** Names the upload; the same one again makes the same image. `[A-Za-z0-9-]` */
  uploadId: string;
  requestId: string;
  filename: string;
  contentType: string | undefined;
  bytes: Uint8Array;
};

type Deps = Timed & {
  images: Images;
  contents: Contents;
  originals: Objects;
  inspect: Inspect;
  captioning: Captioning;
  sizes: readonly Size[];
};

/**
 * Takes a file by HTTP: looks at its headers, keeps the object, and writes the same record that
 * register-image would write, so that the id it answers can be read at once. It asks no worker:
 * the S3 event does, also when we are killed in between. A file that is refused is recorded as
 * such, and not kept.
 */
export const uploadImage = async (upload: Upload, deps: Deps): Promise<Image> => {
  const { filename, bytes, requestId } = upload;
  const inspected = await deps.inspect(bytes);
  if ('refusal' in inspected) return recordRefusal(upload, inspected.refusal, deps);

  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const key = keyOf(upload);
  const [known, etag] = await Promise.all([
    deps.contents.find(contentIdOf(sha256, deps.sizes)),
    deps.originals.write(key, bytes, {
      contentType: `image/${inspected.metadata.format}`,
      sha256,
      labels: { name: filename, 'request-id': requestId },
    }),
  ]);
  const arrival: Arrival = {
    key,
    etag,
    originalName: filename,
    source: 'upload',
    requestId,
    arrivedAt: deps.now(),
    sizeBytes: bytes.byteLength,
    sha256,
    metadata: inspected.metadata,
    firstUploadAt: known?.createdAt,
  };
  const { image } = await changeImage(
    imageIdOf(key),
    (image) => arrive(image, arrival, deps),
    deps,
    { record: undefined }, // nobody else chose this key; only its own news may have been quicker
  );
  if (!image) throw new Error(`The image at ${key} was not recorded.`);
  return asAccepted(image, arrival, deps);
};

/** What was accepted, also when the workers were quicker than this answer. */
const asAccepted = async (image: Image, arrival: Arrival, deps: Deps): Promise<Image> => {
  const { listedAt, uploadedAt } = image;
  const accepted = await arrive(undefined, arrival, deps);
  return accepted ? { ...accepted.image, listedAt, uploadedAt } : image;
};

const keyOf = ({ uploadId, filename }: Upload): string =>
  `uploads/${uploadId}/${safeNameOf(filename)}`;

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
    steps: { thumbnails: skipped, exif: skipped, caption: skipped },
  };
  await changeImage(image.imageId, (known) => (known ? undefined : { image }), deps);
  return image;
};
