import { type Image, processedAtOf, statusOf } from './image.ts';

/** The counters of images: of states, bytes, and of processing times (`timed` images, their `milliseconds`). */
export const counterNames = [
  'total',
  'queued',
  'processing',
  'done',
  'failed',
  'captionsDone',
  'captionsFailed',
  'captionsSkipped',
  'captionsPending',
  'bytes',
  'timed',
  'milliseconds',
] as const;

/** What one image adds to the counters; /api/stats returns their total over all images. */
export type Counters = Record<(typeof counterNames)[number], number>;

/** What an image that is deleted adds. */
export const zeroCounters: Counters = {
  total: 0,
  queued: 0,
  processing: 0,
  done: 0,
  failed: 0,
  captionsDone: 0,
  captionsFailed: 0,
  captionsSkipped: 0,
  captionsPending: 0,
  bytes: 0,
  timed: 0,
  milliseconds: 0,
};

const captionCount = {
  done: 'captionsDone',
  failed: 'captionsFailed',
  skipped: 'captionsSkipped',
  pending: 'captionsPending',
} as const;

/** What an image adds to the counters: a function of the record only, so that each change adds the difference. */
export const countImage = (image: Image | undefined): Counters => {
  if (!image || image.deleted) return zeroCounters;
  const status = statusOf(image);
  const processedAt = processedAtOf(image);
  const milliseconds =
    image.beganAt && processedAt ? Date.parse(processedAt) - Date.parse(image.beganAt) : undefined;
  return {
    ...zeroCounters,
    total: 1,
    [status]: 1,
    [captionCount[image.steps.caption.state]]: 1,
    bytes: image.sizeBytes,
    timed: milliseconds === undefined ? 0 : 1,
    milliseconds: milliseconds ?? 0,
  };
};

/** What a change adds to the counters; only those that change. */
export const counterDeltas = (
  before: Image | undefined,
  after: Image | undefined,
): Record<string, number> => {
  const old = countImage(before);
  const now = countImage(after);
  return Object.fromEntries(
    counterNames.map((name) => [name, now[name] - old[name]] as const).filter(([, n]) => n !== 0),
  );
};

/** The sum; only those that are not 0. */
export const addCounters = (
  all: readonly Readonly<Record<string, number>>[],
): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const one of all)
    for (const [name, n] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + n;
  return Object.fromEntries(Object.entries(sums).filter(([, n]) => n !== 0));
};

/** The counters of all images. */
export interface ImageCounters {
  /** The total of countImage over all images, about a second late. */
  total(): Promise<Counters>;
  /** The total of countDetail (detail-counters.ts) likewise. */
  detail(): Promise<Record<string, number>>;
}
