import { CsvByUrl } from '../batch-requests.ts';
import { BatchView, CsvCheckView } from '../batch-view.ts';
import { IdempotencyHeaders } from '../image-requests.ts';
import { route, single } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const startBatchRoute = route({
  ...batchRoute,
  name: 'startBatch',
  code: [2000, 2001],
  methods: ['POST'],
  paths: ['/api/batches'],
  aliases: ['/api/upload'],
  summary: 'Start a batch: a CSV of products and the URLs of their pictures',
  description:
    'Columns `S. No.`, `Product Name`, `Input Image Urls`. A file with errors starts nothing, and all errors are reported at once. `dry_run=true` only checks the file and the webhook. 409 where a webhook is requested and no secret is set to sign it.',
  request: {
    headers: IdempotencyHeaders,
    form: {
      files: 'the CSV',
      maxFiles: 1,
      fields: {
        webhook_url: 'notified when the batch ends; signed as Standard Webhooks says',
        dry_run: '`true`: only check the file and `webhook_url`',
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
});
