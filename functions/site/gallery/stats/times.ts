import { request } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import type { Picture } from '../pictures/collection.ts';

/** How long a picture waited for its thumbnails: from its upload to the end of their step. */
export type PictureDuration = { name: string; ms: number; format: string; source: string };

/** Undefined where that is not known. */
export const toDuration = (picture: Picture): PictureDuration | undefined => {
  const endedAt = picture.steps.thumbnails.ended_at;
  if (endedAt === undefined) return undefined;
  return {
    name: picture.original_name,
    ms: Math.max(0, Date.parse(endedAt) - Date.parse(picture.uploaded_at)),
    format: picture.metadata.format ?? 'unknown',
    source: picture.source,
  };
};

let times: readonly PictureDuration[] | undefined;

/** Of the newest pictures that are done, oldest first; undefined until loaded. */
export const knownTimes = () => times;

export const loadTimes = async (): Promise<void> => {
  try {
    const { data } = await request<Picture[]>('api/images?limit=100&status=done');
    times = data
      .map(toDuration)
      .filter((each) => each !== undefined)
      .reverse();
  } catch {
    times ??= []; // the counters above show the error
  }
  requestRender();
};
