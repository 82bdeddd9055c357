import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { giveUpOnRow, importRow } from '#lib/batches/import-row.ts';
import { ImportMessage } from '#lib/batches/messages.ts';
import { config } from '#lib/config.ts';
import { importLog } from '#lib/queue/batch-log.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { limitPerHost } from '#lib/web/limit-per-host.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  batchQueues: sqsBatchQueues(config.queues),
  fetchPicture: limitPerHost(
    publicFetch({
      ...config.webRequests,
      maxBytes: config.uploadMaxBytes,
      timeoutMs: config.fetchTimeoutMs,
    }),
    { maxPerHost: 4 },
  ),
};

export const handler = consumer(
  ImportMessage,
  (message, delivery) => importRow(message, delivery, deps),
  {
    queueUrl: config.queues['import-row'],
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpOnRow(message, last, deps),
    log: importLog,
  },
);
