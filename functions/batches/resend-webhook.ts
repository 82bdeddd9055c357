import { batchViewOf } from '#lib/api/batch-view.ts';
import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchWorkers } from '#lib/aws/sqs-batch-workers.ts';
import { countsOfBatch } from '#lib/batches/progress.ts';
import { resendWebhook } from '#lib/batches/resend-webhook.ts';
import { config } from '#lib/config.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  workers: sqsBatchWorkers(config.queues),
  now: () => new Date(),
};

export const handler = endpoint(
  routes.resendWebhook,
  async ({ path }) => {
    const batch = await resendWebhook(path.request_id, deps);
    return reply(202, batchViewOf(batch, await countsOfBatch(batch, deps)));
  },
  config,
);
