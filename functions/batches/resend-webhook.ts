import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { countBatch } from '#lib/batches/progress.ts';
import { resendWebhook } from '#lib/batches/resend-webhook.ts';
import { config } from '#lib/config.ts';
import { toBatchView } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { resendWebhookRoute } from '#lib/http/routes/resend-webhook.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  batchQueues: sqsBatchQueues(config.queues),
  now: () => new Date(),
};

export const handler = endpoint(
  resendWebhookRoute,
  async ({ path }) => {
    const batch = await resendWebhook(path.request_id, deps);
    return reply(202, toBatchView(batch, await countBatch(batch, deps)));
  },
  config,
);
