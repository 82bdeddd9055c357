import { stepNames } from '#lib/images/steps.ts';
import { changed } from '../parts/draw.ts';
import { ask } from '../parts/server.ts';
import type { Picture } from '../pictures/collection.ts';

export type Timed = { name: string; ms: number };

/** What the steps of a picture took together; undefined where none has a duration. */
export const workOf = ({ steps }: Pick<Picture, 'steps'>): number | undefined => {
  const durations = stepNames
    .map((name) => steps[name].duration_ms)
    .filter((ms) => ms !== undefined);
  return durations.length > 0 ? durations.reduce((sum, ms) => sum + ms, 0) : undefined;
};

let times: readonly Timed[] | undefined;

/** Of the newest pictures that are done, the oldest of them first; undefined until they are known. */
export const knownTimes = () => times;

export const askTimes = async (): Promise<void> => {
  try {
    const { data } = await ask<Picture[]>('api/images?limit=100&status=done');
    times = data
      .flatMap((picture) => {
        const ms = workOf(picture);
        return ms === undefined ? [] : [{ name: picture.original_name, ms }];
      })
      .reverse();
  } catch {
    times ??= []; // the counters above tell what is wrong
  }
  changed();
};
