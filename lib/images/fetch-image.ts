import { type FetchFile, fetchWithRetry } from '#lib/fetch-file.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { FetchMessage } from './messages.ts';
import type { Inspect, Rejection } from './picture.ts';
import { mapSteps } from './steps.ts';
import { storePicture } from './store-picture.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<
  ImageDeps,
  'now' | 'images' | 'renditionSets' | 'originals' | 'captioning' | 'sizes'
> & { fetchPicture: FetchFile; inspect: Inspect };

/** An image whose picture is to be fetched. */
type AwaitedImage = Image & { fetching: NonNullable<Image['fetching']> };

/** How one delivery of a message ended; `stale` where the picture is not awaited any more. */
export type FetchEnded = { state: 'done' | 'stale' } | { state: 'failed'; rejected: Rejection };

/**
 * Fetches the picture of an image from its URL and stores it like an upload; the S3 event starts its
 * steps. A URL that fails for good, was busy too often or has no picture fails the image, and stores
 * nothing; where a retry may succeed, throws RetryLaterError so that the message is retried.
 */
export const fetchImage = async (
  message: FetchMessage,
  delivery: { attempts: number },
  deps: Deps,
): Promise<FetchEnded> => {
  const record = await deps.images.find(message.image_id);
  if (!isAwaited(record?.image, message)) return { state: 'stale' }; // fetched, failed or deleted
  const { fetching, originalName, requestId } = record.image;

  const fetched = await fetchWithRetry(fetching.url, delivery, deps.fetchPicture);
  if (!fetched.ok)
    return failFetch(
      message,
      { kind: 'contents', reason: fetched.reason, code: 'not_fetched' },
      deps,
    );
  const { bytes } = fetched;
  const inspected = await deps.inspect(bytes);
  if ('refusal' in inspected) return failFetch(message, inspected.refusal, deps);

  const { metadata } = inspected;
  const { key } = fetching;
  const { image } = await storePicture(
    { key, bytes, metadata, originalName, source: 'url', requestId },
    deps,
  );
  if (!image.deleted) return { state: 'done' };
  await deps.originals.remove([key]); // it was deleted while it was fetched
  return { state: 'stale' };
};

/** Records that this was the last attempt. A retry by the client fetches the picture again. */
export const giveUpFetch = (
  message: FetchMessage,
  { reason }: { reason: string },
  deps: Pick<Deps, 'images' | 'now'>,
): Promise<FetchEnded> =>
  failFetch(message, { kind: 'contents', reason, code: 'retries_exhausted' }, deps);

const failFetch = async (
  message: FetchMessage,
  rejected: Rejection,
  { images, now }: Pick<Deps, 'images' | 'now'>,
): Promise<FetchEnded> => {
  const { changed } = await updateImage(
    message.image_id,
    (known) =>
      isAwaited(known, message)
        ? {
            image: {
              ...withStepsSkipped(known, rejected.reason),
              rejected,
              processedAt: now().toISOString(),
            },
          }
        : undefined,
    { images },
  );
  return changed ? { state: 'failed', rejected } : { state: 'stale' };
};

const isAwaited = (image: Image | undefined, { run }: FetchMessage): image is AwaitedImage =>
  image?.fetching?.run === run && !image.deleted && !image.rejected;

const withStepsSkipped = (image: Image, reason: string): Image => ({
  ...image,
  steps: mapSteps((name) => ({ state: 'skipped', run: image.steps[name].run, reason })),
});
