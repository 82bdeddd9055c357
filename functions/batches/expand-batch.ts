import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { expandBatch } from '#lib/batches/expand-batch.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { ExpandMessage } from '#lib/batches/messages.ts';
import { config } from '#lib/config.ts';
import { expandLog } from '#lib/queue/batch-log.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  derived: s3Objects(config.derivedBucket),
  batchQueues: sqsBatchQueues(config.queues),
  fetchCsv: publicFetch({
    ...config.webRequests,
    accept: 'text/csv, */*;q=0.5', // CSVs are often served as plain text, or as bytes
    maxBytes: config.uploadMaxBytes,
    timeoutMs: config.fetchTimeoutMs,
  }),
  now: () => new Date(),
};

export const handler = consumer(
  ExpandMessage,
  (message, delivery) => expandBatch(message, delivery, deps),
  {
    queueUrl: config.queues['expand-batch'],
    backOff: sqsBackoff(),
    giveUp: ({ request_id: requestId }, last) => giveUpExpansion(requestId, last, deps),
    log: expandLog,
  },
);
