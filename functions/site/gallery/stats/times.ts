import { stepNames } from '#lib/images/steps.ts';
import { request } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import type { Picture } from '../pictures/collection.ts';

export type PictureDuration = { name: string; ms: number };

/** The durations of all steps together; undefined where none has one. */
export const totalDuration = ({ steps }: Pick<Picture, 'steps'>): number | undefined => {
  const durations = stepNames
    .map((name) => steps[name].duration_ms)
    .filter((ms) => ms !== undefined);
  return durations.length > 0 ? durations.reduce((sum, ms) => sum + ms, 0) : undefined;
};

let times: readonly PictureDuration[] | undefined;

/** Of the newest pictures that are done, oldest first; undefined until loaded. */
export const knownTimes = () => times;

export const loadTimes = async (): Promise<void> => {
  try {
    const { data } = await request<Picture[]>('api/images?limit=100&status=done');
    times = data
      .flatMap((picture) => {
        const ms = totalDuration(picture);
        return ms === undefined ? [] : [{ name: picture.original_name, ms }];
      })
      .reverse();
  } catch {
    times ??= []; // the counters above show the error
  }
  requestRender();
};
