import { batchViewOf } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchWorkers } from '#lib/aws/sqs-batch-queues.ts';
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
