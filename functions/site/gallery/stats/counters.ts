import type { StatsView } from '#lib/http/stats-view.ts';
import { request } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';

/** Counters change with every step of every picture: requested at most this often. */
const minIntervalMs = 500;
/** Counters follow a change within about a second. */
const lagMs = 1500;

let stats: StatsView | undefined;
let failure: unknown;
let timer: ReturnType<typeof setTimeout> | undefined;
let requestedAt = Number.NEGATIVE_INFINITY;

export const knownStats = (): StatsView | undefined => stats;
export const statsFailure = (): unknown => failure;

export const loadStats = async (): Promise<void> => {
  requestedAt = performance.now();
  try {
    stats = (await request<StatsView>('api/stats')).data;
    failure = undefined;
  } catch (error) {
    failure = error;
  }
  requestRender();
};

/** Schedules one request, however often it is called; an event is stored together with its counters. */
export const reloadStatsSoon = (waitMs = lagMs): void => {
  if (timer !== undefined) return;
  const wait = Math.max(waitMs, requestedAt + minIntervalMs - performance.now());
  timer = setTimeout(() => {
    timer = undefined;
    void loadStats();
  }, wait);
};
