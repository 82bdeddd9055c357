import type { ImageCounters } from './counters.ts';
import { failureOf, type Image, statusOf } from './image.ts';
import { measureArrivalToThumbnail } from './picture-facts.ts';

// A histogram whose buckets double. Few and with short names, because each write of a counter item costs
// by its size: more than 1 kB would double the write units of every batch of changes.
const firstBucketMs = 50;
const lastBucket = 13; // seven minutes

const bucketFor = (ms: number): number =>
  Math.min(Math.max(0, Math.ceil(Math.log2(ms / firstBucketMs))), lastBucket);

const upperBoundMs = (bucket: number): number => firstBucketMs * 2 ** bucket;

/** Beside the other counters: `f|jpeg|5` by format, `s|upload|5` by source, `x|damaged_file` failures by code. */
const isDetail = (name: string): boolean => name.includes('|');

/**
 * What an image adds to the counters behind `GET /api/stats?detail=1`: a function of the record only, so
 * that each change adds the difference.
 */
export const countDetail = (image: Image | undefined): Record<string, number> => {
  if (!image || image.deleted) return {};
  const failure = failureOf(image);
  if (failure && statusOf(image) === 'failed') return { [`x|${failure.code}`]: 1 };
  const ms = measureArrivalToThumbnail(image);
  if (ms === undefined) return {};
  const bucket = bucketFor(ms);
  return {
    [`f|${image.metadata?.format ?? 'unknown'}|${bucket}`]: 1,
    [`s|${image.source}|${bucket}`]: 1,
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

/** The details, where the caller wants them. */
export const findDetail = async (
  wanted: '0' | '1',
  { counters }: { counters: ImageCounters },
): Promise<Detail | undefined> =>
  wanted === '1' ? readDetail(await counters.detail()) : undefined;

/** The counters' totals as percentiles and reasons. */
export const readDetail = (totals: Readonly<Record<string, number>>): Detail => {
  const histograms: Record<'f' | 's', Record<string, [number, number][]>> = { f: {}, s: {} };
  const failedByReason: Record<string, number> = {};
  for (const [name, n] of Object.entries(totals)) {
    const [kind, value = '', bucket] = name.split('|');
    if (n <= 0) continue;
    if (kind === 'x') failedByReason[value] = n;
    if (kind !== 'f' && kind !== 's') continue;
    histograms[kind][value] ??= [];
    histograms[kind][value].push([Number(bucket), n]);
  }
  return {
    byFormat: mapValues(histograms.f, toTiming),
    bySource: mapValues(histograms.s, toTiming),
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

/** Those of all counters that are details. */
export const pickDetail = (counters: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counters).filter(([name]) => isDetail(name)));

const interpolated = (bucket: number, share: number): number => {
  const from = bucket === 0 ? 0 : upperBoundMs(bucket - 1);
  return from + share * (upperBoundMs(bucket) - from);
};

const mapValues = <A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
