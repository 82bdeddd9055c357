import { giveUpFetch } from './fetch-image.ts';
import type { Image } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import { toFetchMessage } from './request-fetch.ts';
import { updateImage } from './update-image.ts';

type Deps = Pick<ImageDeps, 'images' | 'fetchQueue' | 'now'>;

/** Whether the picture of an image should have been fetched, or have failed, before this time. */
export const isFetchOverdue = ({ fetching, rejected }: Image, before: Date): boolean =>
  fetching !== undefined &&
  !rejected &&
  (fetching.requeuedAt ?? fetching.since) < before.toISOString();

/** Requests an overdue fetch once more; the next time, records that it was in vain. */
export const requeueFetch = async (image: Image, deps: Deps): Promise<'requeued' | 'gaveUp'> => {
  const message = toFetchMessage(image);
  if (!message) return 'requeued';
  if (image.fetching?.requeuedAt) {
    const reason = 'No worker fetched this picture, although it was requested twice.';
    await giveUpFetch(message, { reason }, deps);
    return 'gaveUp';
  }
  const { changed } = await updateImage(
    image.imageId,
    (known) =>
      known?.fetching?.run === message.run && !known.deleted
        ? {
            image: {
              ...known,
              fetching: { ...known.fetching, requeuedAt: deps.now().toISOString() },
            },
          }
        : undefined,
    deps,
  );
  if (changed) await deps.fetchQueue.enqueue(message);
  return 'requeued';
};
