import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { cancelBatch } from '#lib/batches/cancel-batch.ts';
import { countBatch } from '#lib/batches/progress.ts';
import { config } from '#lib/config.ts';
import { toBatchView } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { cancelBatchRoute } from '#lib/http/routes/cancel-batch.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  batchQueues: sqsBatchQueues(config.queues),
  now: () => new Date(),
};

export const handler = endpoint(
  cancelBatchRoute,
  async ({ path }) => {
    const batch = await cancelBatch(path.request_id, deps);
    return reply(202, toBatchView(batch, await countBatch(batch, deps)));
  },
  config,
);
