import { type Image, imageIdOf } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { newImage } from './ingest.ts';
import type { FetchMessage } from './messages.ts';
import { pictureName, sanitizeFilename } from './object-key.ts';
import { updateImage } from './update-image.ts';

export type FetchRequest = {
  /** Identifies the upload: the same one makes the same image. `[A-Za-z0-9-]` */
  uploadId: string;
  requestId: string;
  /** Untrusted; fetch-image reaches public addresses only. */
  url: string;
};

type Deps = Pick<ImageDeps, 'now' | 'images' | 'fetchQueue' | 'captioning'>;

/**
 * Records an image whose picture is fetched in the background, and enqueues that. Until then the image
 * has no original, and none of its steps is enqueued. If the function is killed in between, sweep-stuck
 * enqueues it.
 */
export const requestFetch = async (
  { uploadId, requestId, url }: FetchRequest,
  deps: Deps,
): Promise<Image> => {
  const originalName = pictureName(url);
  const key = `urls/${uploadId}/${sanitizeFilename(originalName)}`;
  const receivedAt = deps.now();
  const incoming = { key, etag: '', originalName, source: 'url', requestId, receivedAt } as const;
  const queued: Image = {
    ...newImage({ ...incoming, sizeBytes: 0 }, 0, deps.captioning),
    key: null,
    fetching: { url, key, run: 1, since: receivedAt.toISOString() },
  };
  const { image } = await updateImage(
    imageIdOf(key),
    (known) => (known ? undefined : { image: queued }),
    deps,
  );
  await deps.fetchQueue.enqueue({ image_id: imageIdOf(key), run: 1, request_id: requestId });
  // As it was accepted, even if this repeats a request that was killed, and it has changed since.
  const { listedAt, uploadedAt } = image ?? queued;
  return { ...queued, listedAt, uploadedAt };
};

/** The message that requests the current run; undefined for an image that is not being fetched. */
export const toFetchMessage = ({ imageId, fetching, requestId }: Image): FetchMessage | undefined =>
  fetching && { image_id: imageId, run: fetching.run, request_id: requestId };
