import { z } from 'zod';
import type { Detail, Timing } from '#lib/images/detail-counters.ts';

const TimingView = z.object({
  count: z.int().min(0),
  p50_ms: z.int(),
  p95_ms: z.int(),
});

/** What `GET /api/stats?detail=1` adds. */
export const StatsDetailView = z
  .object({
    arrival_to_thumbnail: z
      .object({
        by_format: z.record(z.string(), TimingView),
        by_source: z.record(z.string(), TimingView),
      })
      .describe('percentiles from a histogram whose buckets double; a retry is left out'),
    failed_by_reason: z.record(z.string(), z.int()).describe('by `error_code`'),
  })
  .meta({ id: 'StatsDetail', description: 'Of the images that exist now' });
export type StatsDetailView = z.infer<typeof StatsDetailView>;

export const toStatsDetailView = ({
  byFormat,
  bySource,
  failedByReason,
}: Detail): StatsDetailView => ({
  arrival_to_thumbnail: {
    by_format: mapTimings(byFormat),
    by_source: mapTimings(bySource),
  },
  failed_by_reason: failedByReason,
});

const mapTimings = (timings: Readonly<Record<string, Timing>>) =>
  Object.fromEntries(
    Object.entries(timings).map(([name, { count, p50Ms, p95Ms }]) => [
      name,
      { count, p50_ms: p50Ms, p95_ms: p95Ms },
    ]),
  );
