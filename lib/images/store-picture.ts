import { createHash } from 'node:crypto';
import { type Image, imageIdOf, type Source } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { Versioned } from './images.ts';
import { type IncomingObject, ingest } from './ingest.ts';
import type { Metadata } from './picture.ts';
import { renditionSetIdFor } from './rendition-set.ts';
import { updateImage } from './update-image.ts';

/** A picture whose headers were inspected, and where to store it. */
export type InspectedPicture = {
  key: string;
  bytes: Uint8Array;
  metadata: Metadata;
  originalName: string;
  source: Source;
  requestId: string;
};

type Deps = Pick<
  ImageDeps,
  'now' | 'images' | 'renditionSets' | 'originals' | 'captioning' | 'sizes'
>;

/**
 * Stores a picture, and writes the same record that register-image would write, so that the image can
 * be read at once. It enqueues nothing: the S3 event does, even if the function is killed in between.
 * `seen` is a record read a moment ago, which spares a read. Returns the image as it then is, and the
 * object it was made from.
 */
export const storePicture = async (
  { key, bytes, metadata, originalName, source, requestId }: InspectedPicture,
  deps: Deps,
  seen?: { record: Versioned | undefined },
): Promise<{ image: Image; incoming: IncomingObject }> => {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [known, etag] = await Promise.all([
    deps.renditionSets.find(renditionSetIdFor(sha256, deps.sizes)),
    deps.originals.write(key, bytes, {
      contentType: `image/${metadata.format}`,
      sha256,
      userMetadata: { name: originalName, 'request-id': requestId },
    }),
  ]);
  const incoming: IncomingObject = {
    key,
    etag,
    originalName,
    source,
    requestId,
    receivedAt: deps.now(),
    sizeBytes: bytes.byteLength,
    sha256,
    metadata,
    firstUploadAt: known?.createdAt,
  };
  const { image } = await updateImage(
    imageIdOf(key),
    (image) => ingest(image, incoming, deps),
    deps,
    seen,
  );
  if (!image) throw new Error(`The image at ${key} was not recorded.`);
  return { image, incoming };
};
