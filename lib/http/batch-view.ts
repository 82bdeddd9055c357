import { z } from 'zod';
import { type Batch, BatchStatus, batchStatus, type RowCounts } from '#lib/batches/batch.ts';
import type { CsvErrors } from '#lib/batches/csv/csv-errors.ts';
import { percentage } from '#lib/batches/progress.ts';
import {
  outputUrl,
  type Row,
  type RowImage,
  rowErrorCode,
  rowImageId,
  rowStatus,
} from '#lib/batches/row.ts';
import type { CsvCheck } from '#lib/batches/start-batch.ts';
import type { LinkTo } from '#lib/delivery/links.ts';
import { ErrorCodeView } from './error-code-view.ts';

const Time = z.iso.datetime();

const CsvFaultView = z
  .object({
    row: z.int().describe('the line in the file; the header is 1'),
    column: z.string().nullable(),
    message: z.string(),
  })
  .meta({ id: 'CsvFault' });

/** The totals of a CSV, and its errors. */
export const CsvCheckView = z
  .object({
    valid: z.boolean(),
    total_products: z.int(),
    total_images: z.int(),
    columns: z
      .array(
        z.object({
          name: z.string(),
          meaning: z.enum(['serial_number', 'product_name', 'image_urls']).nullable(),
        }),
      )
      .describe('what each column was understood as; null: it is ignored'),
    errors: z.array(CsvFaultView).describe('at most 1000, fewer where their texts are long'),
    more_errors: z.int().describe('how many there are beyond those'),
  })
  .meta({ id: 'CsvCheck' });

const ProductView = z
  .object({
    serial_number: z.string(),
    product_name: z.string(),
    status: BatchStatus,
    images: z.array(
      z.object({
        input_url: z.string(),
        output_url: z.string().nullable(),
        image_id: z.string().nullable(),
        status: z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']),
        error: z.string().nullable(),
        error_code: ErrorCodeView.nullable(),
      }),
    ),
  })
  .meta({ id: 'Product' });

const WebhookView = z
  .object({
    state: z
      .enum(['waiting', 'pending', 'delivered', 'failed', 'stopped'])
      .describe(
        '`waiting` for the end of the batch; `stopped` where the receiver responded with 410',
      ),
    next_attempt_at: Time.nullable(),
    attempts: z
      .array(z.object({ at: Time, status: z.int().nullable(), error: z.string().nullable() }))
      .describe('the latest 50, oldest first'),
  })
  .meta({ id: 'Webhook' });

export const BatchView = z
  .object({
    request_id: z.string(),
    status: BatchStatus,
    progress: z
      .object({
        total_products: z.int(),
        processed_products: z.int(),
        total_images: z.int(),
        processed_images: z.int(),
        failed_images: z.int(),
        cancelled_images: z.int(),
        percentage: z.number(),
      })
      .describe('processed includes failed and cancelled ones'),
    message: z.string(),
    csv_filename: z.string(),
    created_at: Time,
    updated_at: Time.describe('when the batch, not one of its rows, last changed'),
    webhook_url: z.string().nullable(),
    webhook: WebhookView.nullable(),
    errors: z.array(CsvFaultView).describe('the errors of a CSV fetched from its URL'),
  })
  .meta({ id: 'Batch', description: 'One CSV of products, and its progress' });
export type BatchView = z.infer<typeof BatchView>;

export const BatchDetailsView = z
  .object({ ...BatchView.shape, products: z.array(ProductView) })
  .meta({ id: 'BatchDetails', description: 'A batch with a page of its products' });

export const toCsvCheckView = ({ totalProducts, totalImages, meanings, faults }: CsvCheck) => ({
  valid: faults.faults.length === 0,
  total_products: totalProducts,
  total_images: totalImages,
  columns: meanings,
  errors: faults.faults,
  more_errors: faults.more,
});

export const toBatchView = (
  batch: Batch,
  counts: RowCounts,
  faults?: CsvErrors | undefined,
): BatchView => {
  const { total = { products: 0, images: 0 }, webhook } = batch;
  return {
    request_id: batch.requestId,
    status: batchStatus(batch),
    progress: {
      total_products: total.products,
      processed_products: counts.products,
      total_images: total.images,
      processed_images: counts.images,
      failed_images: counts.failed,
      cancelled_images: counts.cancelled ?? 0,
      percentage: percentage(counts.images, total.images),
    },
    message: progressMessage(batch, counts),
    csv_filename: batch.csvFilename,
    created_at: batch.createdAt,
    updated_at: batch.updatedAt,
    webhook_url: webhook?.url ?? null,
    webhook: webhook
      ? {
          state: webhook.state,
          next_attempt_at: (webhook.state === 'pending' && webhook.dueAt) || null,
          attempts: webhook.attempts,
        }
      : null,
    errors: faults?.faults ?? [],
  };
};

const progressMessage = (
  { work, total, cut, cancelledAt }: Batch,
  { images, failed, cancelled = 0 }: RowCounts,
): string => {
  if (work.state === 'refused') return work.reason;
  if (!total) return 'The CSV is being fetched.';
  const failures = failed ? `, ${failed} of them failed` : '';
  const processed = images - cancelled;
  const soFar = `${processed} of ${total.images} images are processed${failures}.`;
  if (cancelledAt && work.state !== 'ended') return `The batch is being cancelled. ${soFar}`;
  if (cancelledAt && total)
    return `The batch was cancelled: ${processed} of ${total.images} images were processed${failures}.`;
  if (cut)
    return `${soFar} Of ${total.products} products only the first ${cut.written} were begun: ${cut.reason} Send the others again in a file of their own.`;
  if (work.state === 'ended') return `All ${total.images} images are processed${failures}.`;
  if (work.state === 'closing') return 'Every image is processed; the results are being written.';
  return soFar;
};

export const toProductView = (row: Row, { requestId, linkTo }: ProductViewOptions) => ({
  serial_number: row.serialNumber,
  product_name: row.productName,
  status: rowStatus(row),
  images: row.images.map((image, index) => {
    const place = { requestId, number: row.number, index };
    return {
      input_url: image.inputUrl,
      output_url: outputUrl(place, image, linkTo),
      image_id: isThere(image) ? rowImageId(place, image.inputUrl) : null,
      status: image.state === 'fetched' ? ('processing' as const) : image.state,
      error: image.state === 'failed' ? image.reason : null,
      error_code: image.state === 'failed' ? rowErrorCode(image) : null,
    };
  }),
});

type ProductViewOptions = { requestId: string; linkTo: LinkTo };

const isThere = (image: RowImage): boolean =>
  image.state === 'failed' || image.state === 'cancelled'
    ? image.fetched
    : image.state !== 'pending';
