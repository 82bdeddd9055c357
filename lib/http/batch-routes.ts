import {
  BatchListQuery,
  BatchPath,
  CsvByUrl,
  ProcessedImagePath,
  ResultsQuery,
} from './batch-requests.ts';
import { BatchDetailsView, BatchView, CsvCheckView } from './batch-view.ts';
import {
  ConditionalHeaders,
  IdempotencyHeaders,
  renditionTypes,
  ThumbnailQuery,
} from './image-requests.ts';
import { bytes, empty, list, paged, route, single } from './route.ts';

const batches = { private: true, tag: 'Batches', code: [5000, 5001] } as const;

/** A CSV of product images: in by upload, out as results. */
export const batchRoutes = {
  startBatch: route({
    ...batches,
    name: 'startBatch',
    code: [2000, 2001],
    methods: ['POST'],
    paths: ['/api/batches', '/api/upload'],
    summary: 'Start a batch: a CSV of products and the URLs of their pictures',
    description:
      'Columns `S. No.`, `Product Name`, `Input Image Urls`. A file with errors starts nothing, and all errors are reported at once. `dry_run=true` only checks the file. 409 where a webhook is requested and no secret is set to sign it.',
    request: {
      headers: IdempotencyHeaders,
      form: {
        files: 'the CSV',
        maxFiles: 1,
        fields: {
          webhook_url: 'notified when the batch ends; signed as Standard Webhooks says',
          dry_run: '`true`: only check the file',
        },
        orJson: CsvByUrl,
      },
    },
    replies: {
      200: single('The result of a dry run', CsvCheckView),
      202: single('Accepted', BatchView),
      422: single('The CSV has errors, which are listed', CsvCheckView),
    },
    faults: [400, 409, 413, 422],
  }),
  listBatches: route({
    ...batches,
    name: 'listBatches',
    methods: ['GET'],
    paths: ['/api/batches'],
    summary: 'Batches, newest first',
    description: 'One page; `page.next_cursor` is the cursor of the next, and null on the last.',
    request: { query: BatchListQuery },
    replies: { 200: list('A page of batches', BatchView) },
    faults: [400],
  }),
  getBatch: route({
    ...batches,
    name: 'getBatch',
    methods: ['GET'],
    paths: ['/api/batches/{request_id}', '/api/details/{request_id}'],
    summary: 'One batch, with the state of each URL',
    description: 'Products come in pages, in the order of the CSV.',
    request: { path: BatchPath, query: BatchListQuery },
    replies: { 200: paged('The batch and a page of its products', BatchDetailsView) },
    faults: [400, 404],
  }),
  getBatchStatus: route({
    ...batches,
    name: 'getBatchStatus',
    methods: ['GET'],
    paths: ['/api/status/{request_id}'],
    summary: 'The progress of a batch',
    description: 'As `GET /api/batches/{request_id}`, without the products.',
    request: { path: BatchPath },
    replies: { 200: single('The batch', BatchView) },
    faults: [404],
  }),
  getResults: route({
    ...batches,
    name: 'getResults',
    methods: ['GET'],
    paths: ['/api/batches/{request_id}/results', '/api/download/{request_id}'],
    summary: 'The results of a batch, as CSV',
    description:
      'The columns of the input, `Output Image Urls` in the same order, and `Errors`. With `errors=1` only what failed, ready to be fixed and uploaded again.',
    request: { path: BatchPath, query: ResultsQuery },
    replies: {
      200: bytes('The CSV', 'text/csv; charset=utf-8'),
      302: empty('It is too large for a response, and is at `Location`'),
    },
    faults: [400, 404, 409],
  }),
  resendWebhook: route({
    ...batches,
    name: 'resendWebhook',
    methods: ['POST'],
    paths: ['/api/batches/{request_id}/webhook'],
    summary: 'Deliver the webhook of a batch again',
    description: 'With the same `webhook-id`, so that a receiver recognizes it.',
    request: { path: BatchPath },
    replies: { 202: single('The batch, its webhook pending', BatchView) },
    faults: [404, 409],
  }),
  getProcessedImage: route({
    ...batches,
    name: 'getProcessedImage',
    code: [2000, 2001],
    methods: ['GET'],
    paths: ['/api/image/{filename}'],
    summary: 'A processed image of a batch',
    description:
      'JPEG in full size, upright, without metadata; the original without its metadata where that is smaller.',
    request: { path: ProcessedImagePath, query: ThumbnailQuery, headers: ConditionalHeaders },
    replies: {
      200: bytes('The picture', ...renditionTypes),
      302: empty('It is too large for a response, and is at `Location`'),
      304: empty('The client has it already'),
    },
    faults: [400, 404],
  }),
};
