import { z } from 'zod';

/** What rows add up to. Ended ones, failed ones included; `failed` counts images. */
export const RowCounts = z.object({ products: z.int(), images: z.int(), failed: z.int() });
export type RowCounts = z.infer<typeof RowCounts>;

const since = { since: z.iso.datetime() };

/** How far a batch has come. Rows have facts of their own; this is what only the whole can say. */
export const BatchWork = z.discriminatedUnion('state', [
  /** Its rows are being written; the first `written` of them are there. */
  z.object({ state: z.literal('expanding'), written: z.int(), ...since }),
  z.object({ state: z.literal('running'), ...since }),
  /** Every row has ended; the results are being written. */
  z.object({ state: z.literal('closing'), ...since }),
  z.object({ state: z.literal('ended'), endedAt: z.iso.datetime(), counts: RowCounts }),
  /** The CSV behind a URL could not be read, or has faults; they lie in an object of their own. */
  z.object({ state: z.literal('refused'), endedAt: z.iso.datetime(), reason: z.string() }),
]);
export type BatchWork = z.infer<typeof BatchWork>;

export const WebhookAttempt = z.object({
  at: z.iso.datetime(),
  /** The receiver's HTTP status; null where there was no answer. */
  status: z.int().nullable(),
  error: z.string().nullable(),
});
export type WebhookAttempt = z.infer<typeof WebhookAttempt>;

/**
 * The notice at the end of a batch. A message asks for one `attempt` of one `round`; news of another
 * is stale. Asking for it again begins a new round.
 */
export const Webhook = z.object({
  url: z.string(),
  /** `stopped`: the receiver said 410, it wants no more. */
  state: z.enum(['waiting', 'pending', 'delivered', 'failed', 'stopped']),
  round: z.int(),
  /** Attempts made in this round. */
  tries: z.int(),
  /** When the next attempt is due. */
  dueAt: z.iso.datetime().optional(),
  /** Somebody is at it: nobody else may begin before this, unless they died. */
  leasedUntil: z.iso.datetime().optional(),
  attempts: z.array(WebhookAttempt),
});
export type Webhook = z.infer<typeof Webhook>;

/** One CSV of products, and how far its work has come. */
export const Batch = z.object({
  requestId: z.string(),
  csvFilename: z.string(),
  /** Where the CSV is to be fetched from, if it was not sent. */
  csvUrl: z.string().optional(),
  /** Where the API begins, as whoever started the batch saw it: for the links in its results. */
  baseUrl: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Unknown until a CSV behind a URL has been read. */
  total: z.object({ products: z.int(), images: z.int() }).optional(),
  /** Writing its rows was given up: there are only those of the first `written` products. */
  cut: z.object({ written: z.int(), reason: z.string() }).optional(),
  work: BatchWork,
  webhook: Webhook.optional(),
  /** When the sweep found it standing still and asked again. */
  requeuedAt: z.iso.datetime().optional(),
});
export type Batch = z.infer<typeof Batch>;

export const batchStatuses = [
  'pending',
  'processing',
  'completed',
  'completed_with_errors',
  'failed',
] as const;
export const BatchStatus = z.enum(batchStatuses);
export type BatchStatus = z.infer<typeof BatchStatus>;

/** How many rows there are when all are written; unknown until the CSV has been read. */
export const expectedRows = ({ total, cut }: Pick<Batch, 'total' | 'cut'>): number | undefined =>
  cut?.written ?? total?.products;

/** Read off the work, so that it can never disagree with it. */
export const batchStatus = ({ work, cut }: Pick<Batch, 'work' | 'cut'>): BatchStatus => {
  if (work.state === 'refused') return 'failed';
  if (work.state === 'expanding') return work.written ? 'processing' : 'pending';
  if (work.state !== 'ended') return 'processing';
  const { failed, images } = work.counts;
  if (failed === 0 && !cut) return 'completed';
  return failed === images ? 'failed' : 'completed_with_errors';
};

export const hasEnded = ({ work }: Pick<Batch, 'work'>): boolean =>
  work.state === 'ended' || work.state === 'refused';

/** Whether anything is still to be done for it, its webhook included. */
export const isUnfinished = (batch: Batch): boolean =>
  !hasEnded(batch) || batch.webhook?.state === 'waiting' || batch.webhook?.state === 'pending';

/** Where a batch keeps its files, in the bucket of what we make: none of them is a picture. */
export const inputKey = (requestId: string) => `batches/${requestId}/input.csv`;
export const resultsKey = (requestId: string) => `batches/${requestId}/results.csv`;
export const failedRowsKey = (requestId: string) => `batches/${requestId}/failed-rows.csv`;
export const csvErrorsKey = (requestId: string) => `batches/${requestId}/faults.json`;
