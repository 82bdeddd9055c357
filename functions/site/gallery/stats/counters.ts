import type { StatsView } from '#lib/http/stats-view.ts';
import { changed } from '../parts/draw.ts';
import { ask } from '../parts/server.ts';

/** Counters change with every step of every picture: asked for at most this often. */
const pauseMs = 2000;

let stats: StatsView | undefined;
let failure: unknown;
let timer: ReturnType<typeof setTimeout> | undefined;
let askedAt = Number.NEGATIVE_INFINITY;

export const knownStats = (): StatsView | undefined => stats;
export const statsFailure = (): unknown => failure;

export const askStats = async (): Promise<void> => {
  askedAt = performance.now();
  try {
    stats = (await ask<StatsView>('api/stats')).data;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  changed();
};

/** Asks again soon, once, however often this is said. */
export const statsHaveChanged = (): void => {
  if (timer !== undefined) return;
  const wait = Math.max(150, askedAt + pauseMs - performance.now());
  timer = setTimeout(() => {
    timer = undefined;
    void askStats();
  }, wait);
};
