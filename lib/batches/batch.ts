import { z } from 'zod';
import { type ErrorCode, errorCodeNames } from '#lib/error-codes.ts';
import { DeliveryProgress, WebhookAttempt } from '#lib/webhooks/progress.ts';

/**
 * Totals over rows: products and images that have ended, failed and cancelled ones included; `failed`
 * and `cancelled` count images.
 */
export const RowCounts = z.object({
  products: z.int(),
  images: z.int(),
  failed: z.int(),
  cancelled: z.int().optional(),
});
export type RowCounts = z.infer<typeof RowCounts>;

const since = { since: z.iso.datetime() };

/** The progress of a batch as a whole; each row has its own. */
export const BatchWork = z.discriminatedUnion('state', [
  /** Its rows are being written; the first `written` of them exist. */
  z.object({ state: z.literal('expanding'), written: z.int(), ...since }),
  z.object({ state: z.literal('running'), ...since }),
  /** Every row has ended; the results are being written. */
  z.object({ state: z.literal('closing'), ...since }),
  z.object({ state: z.literal('ended'), endedAt: z.iso.datetime(), counts: RowCounts }),
  /** The CSV at a URL could not be read, or has errors; these are stored in an object of their own. */
  z.object({
    state: z.literal('refused'),
    endedAt: z.iso.datetime(),
    reason: z.string(),
    /** Earlier releases stored none. */
    code: z.enum(errorCodeNames).optional().catch(undefined),
  }),
]);
export type BatchWork = z.infer<typeof BatchWork>;

/** The notification at the end of a batch, and the attempts to deliver it. */
export const Webhook = z.object({
  url: z.string(),
  ...DeliveryProgress.shape,
  attempts: z.array(WebhookAttempt),
});
export type Webhook = z.infer<typeof Webhook>;

/** One CSV of products, and its progress. */
export const Batch = z.object({
  requestId: z.string(),
  csvFilename: z.string(),
  /** The URL to fetch the CSV from, if it was not uploaded. */
  csvUrl: z.string().optional(),
  /** The base URL of the API in the request that started the batch, for the links in its results. */
  baseUrl: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Unknown until a CSV at a URL has been read. */
  total: z.object({ products: z.int(), images: z.int() }).optional(),
  /** Set where writing its rows was given up: only the first `written` products have rows. */
  cut: z.object({ written: z.int(), reason: z.string() }).optional(),
  work: BatchWork,
  /** When a client stopped it: nothing more is fetched, and what has not ended is cancelled. */
  cancelledAt: z.iso.datetime().optional(),
  webhook: Webhook.optional(),
  /** When sweep-batches found it stuck and enqueued it again. */
  requeuedAt: z.iso.datetime().optional(),
});
export type Batch = z.infer<typeof Batch>;

export const batchStatuses = [
  'pending',
  'processing',
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
] as const;
export const BatchStatus = z.enum(batchStatuses);
export type BatchStatus = z.infer<typeof BatchStatus>;

/** How many rows the batch has once all are written; undefined until the CSV has been read. */
export const expectedRows = ({ total, cut }: Pick<Batch, 'total' | 'cut'>): number | undefined =>
  cut?.written ?? total?.products;

/** Why a batch has failed as a whole, or ended early; null unless it has. */
export const batchFailure = ({
  work,
  cut,
}: Pick<Batch, 'work' | 'cut'>): { error: string; code: ErrorCode } | null => {
  if (work.state === 'refused') return { error: work.reason, code: work.code ?? 'invalid_csv' };
  return cut ? { error: cut.reason, code: 'retries_exhausted' } : null;
};

/** The status of a batch, derived from its work. */
export const batchStatus = ({
  work,
  cut,
  cancelledAt,
}: Pick<Batch, 'work' | 'cut' | 'cancelledAt'>): BatchStatus => {
  if (cancelledAt && hasEnded({ work })) return 'cancelled';
  if (work.state === 'refused') return 'failed';
  if (work.state === 'expanding') return work.written ? 'processing' : 'pending';
  if (work.state !== 'ended') return 'processing';
  const { failed, images } = work.counts;
  if (failed === 0 && !cut) return 'completed';
  return failed === images ? 'failed' : 'completed_with_errors';
};

/** Whether all of its work is done; its webhook may still be pending. */
export const hasEnded = ({ work }: Pick<Batch, 'work'>): boolean =>
  work.state === 'ended' || work.state === 'refused';

/** Whether anything is still to do, its webhook included. */
export const isUnfinished = (batch: Batch): boolean =>
  !hasEnded(batch) || batch.webhook?.state === 'waiting' || batch.webhook?.state === 'pending';

// Keys of a batch's files in the derived bucket; none of them is an image.
/** The uploaded or fetched CSV. */
export const inputKey = (requestId: string) => `batches/${requestId}/input.csv`;
/** The results CSV. */
export const resultsKey = (requestId: string) => `batches/${requestId}/results.csv`;
/** The failed rows, as CSV. */
export const failedRowsKey = (requestId: string) => `batches/${requestId}/failed-rows.csv`;
/** The errors of a fetched CSV, as JSON. */
export const csvErrorsKey = (requestId: string) => `batches/${requestId}/faults.json`;
