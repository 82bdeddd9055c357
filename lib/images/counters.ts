import { type Image, statusOf } from './image.ts';

export const countNames = [
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

/** What one image adds to the tallies; summed over all images, what /api/stats tells. */
export type Counts = Record<(typeof countNames)[number], number>;

export const noCounts: Counts = {
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

/** A pure function of the record: whoever writes an image writes the difference of its counts. */
export const countsOf = (image: Image | undefined): Counts => {
  if (!image || image.deleted) return noCounts;
  const status = statusOf(image);
  const ended = status === 'done' || status === 'failed';
  const timed = ended && image.beganAt && image.processedAt;
  return {
    ...noCounts,
    total: 1,
    [status]: 1,
    [captionCount[image.steps.caption.state]]: 1,
    bytes: image.sizeBytes,
    timed: timed ? 1 : 0,
    milliseconds: timed ? Date.parse(image.processedAt ?? '') - Date.parse(image.beganAt ?? '') : 0,
  };
};

/** What a change adds to the tallies; only the counts that differ. */
export const differenceOf = (before: Image | undefined, after: Image): Partial<Counts> => {
  const old = countsOf(before);
  const now = countsOf(after);
  return Object.fromEntries(
    countNames.map((name) => [name, now[name] - old[name]] as const).filter(([, n]) => n !== 0),
  );
};
