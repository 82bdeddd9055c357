import { z } from 'zod';
import type { Counters } from '#lib/images/counters.ts';
import type { Detail } from '#lib/images/detail-counters.ts';
import { StatsDetailView, toStatsDetailView } from './stats-detail-view.ts';

const Count = z.int().min(0);

export const StatsView = z
  .object({
    total: Count,
    queued: Count,
    processing: Count,
    done: Count,
    failed: Count,
    success: Count.describe('the same as `done`'),
    success_rate: z.number().nullable().describe('of the finished ones; null when there are none'),
    failure_rate: z.number().nullable(),
    average_processing_time_seconds: z.number().nullable(),
    avg_processing_time_ms: z.number().nullable(),
    captions: z.object({ done: Count, failed: Count, skipped: Count, pending: Count }),
    bytes: Count.describe('size of all originals'),
    detail: StatsDetailView.optional().describe('with `detail=1`'),
  })
  .meta({ id: 'Stats', description: 'Counters of the records that exist now' });
export type StatsView = z.infer<typeof StatsView>;

/** The counters as the API shows them, with details where there are any. */
export const toStatsView = (counts: Counters, detail?: Detail): StatsView => {
  const finished = counts.done + counts.failed;
  const rate = (part: number) => (finished ? rounded(part / finished, 4) : null);
  const ms = counts.timed ? counts.milliseconds / counts.timed : null;
  return {
    total: counts.total,
    queued: counts.queued,
    processing: counts.processing,
    done: counts.done,
    failed: counts.failed,
    success: counts.done,
    success_rate: rate(counts.done),
    failure_rate: rate(counts.failed),
    average_processing_time_seconds: ms === null ? null : rounded(ms / 1000, 3),
    avg_processing_time_ms: ms === null ? null : rounded(ms, 0),
    captions: {
      done: counts.captionsDone,
      failed: counts.captionsFailed,
      skipped: counts.captionsSkipped,
      pending: counts.captionsPending,
    },
    bytes: counts.bytes,
    ...(detail && { detail: toStatsDetailView(detail) }),
  };
};

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
