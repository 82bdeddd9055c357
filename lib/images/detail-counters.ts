import type { Image } from './image.ts';
import { statusOf } from './image.ts';
import { findFailure, measureArrivalToThumbnail } from './picture-facts.ts';

// A histogram whose buckets grow by √2: a percentile from it is at most a fifth off, and what any
// number of pictures took fits into two dozen counters.
const firstBucketMs = 50;
const bucketsPerDoubling = 2;
const lastBucket = 26; // 50 ms × 2^13, seven minutes

const bucketFor = (ms: number): number => {
  const bucket = Math.ceil(bucketsPerDoubling * Math.log2(ms / firstBucketMs));
  return Math.min(Math.max(0, bucket), lastBucket);
};

const upperBoundMs = (bucket: number): number => firstBucketMs * 2 ** (bucket / bucketsPerDoubling);

/**
 * What an image adds to the counters behind `GET /api/stats?detail=1`: a function of the record only, so
 * that each change adds the difference. Names are `format|jpeg|7`, `source|upload|7`, `failed|other`.
 */
export const countDetail = (image: Image | undefined): Record<string, number> => {
  if (!image || image.deleted) return {};
  if (statusOf(image) === 'failed')
    return { [`failed|${findFailure(image)?.errorCode ?? 'other'}`]: 1 };
  const ms = measureArrivalToThumbnail(image);
  if (ms === undefined) return {};
  const bucket = bucketFor(ms);
  return {
    [`format|${image.metadata?.format ?? 'unknown'}|${bucket}`]: 1,
    [`source|${image.source}|${bucket}`]: 1,
  };
};

/** What a change adds to these counters; only those that change. */
export const detailDeltas = (
  before: Image | undefined,
  after: Image | undefined,
): Record<string, number> => {
  const deltas = countDetail(after);
  for (const [name, n] of Object.entries(countDetail(before)))
    deltas[name] = (deltas[name] ?? 0) - n;
  return Object.fromEntries(Object.entries(deltas).filter(([, n]) => n !== 0));
};

export type Timing = { count: number; p50Ms: number; p95Ms: number };
export type Detail = {
  byFormat: Record<string, Timing>;
  bySource: Record<string, Timing>;
  failedByReason: Record<string, number>;
};

/** The counters' totals as percentiles and reasons. */
export const readDetail = (totals: Readonly<Record<string, number>>): Detail => {
  const histograms: Record<'format' | 'source', Record<string, [number, number][]>> = {
    format: {},
    source: {},
  };
  const failedByReason: Record<string, number> = {};
  for (const [name, n] of Object.entries(totals)) {
    const [kind, value = '', bucket] = name.split('|');
    if (n <= 0) continue;
    if (kind === 'failed') failedByReason[value] = n;
    if (kind !== 'format' && kind !== 'source') continue;
    histograms[kind][value] ??= [];
    histograms[kind][value].push([Number(bucket), n]);
  }
  return {
    byFormat: mapValues(histograms.format, toTiming),
    bySource: mapValues(histograms.source, toTiming),
    failedByReason,
  };
};

const toTiming = (histogram: readonly [bucket: number, n: number][]): Timing => {
  const count = histogram.reduce((sum, [, n]) => sum + n, 0);
  const percentile = (share: number): number => {
    let left = share * count;
    for (const [bucket, n] of histogram.toSorted(([a], [b]) => a - b)) {
      // Within a bucket, times are taken to be spread evenly.
      if (n >= left) return interpolated(bucket, left / n);
      left -= n;
    }
    return upperBoundMs(lastBucket);
  };
  return { count, p50Ms: Math.round(percentile(0.5)), p95Ms: Math.round(percentile(0.95)) };
};

const interpolated = (bucket: number, share: number): number => {
  const from = bucket === 0 ? 0 : upperBoundMs(bucket - 1);
  return from + share * (upperBoundMs(bucket) - from);
};

const mapValues = <A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
