import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { closeBatch } from '#lib/batches/close-batch.ts';
import { CloseMessage } from '#lib/batches/messages.ts';
import { config } from '#lib/config.ts';
import { accessFrom } from '#lib/delivery/access.ts';
import { linksBelow } from '#lib/delivery/links.ts';
import { consumer } from '#lib/queue/consumer.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  batchQueues: sqsBatchQueues(config.queues),
  links: linksBelow(config.presets, accessFrom(config.deliveryAccess, secret)),
  now: () => new Date(),
};

export const handler = consumer(CloseMessage, (message) => closeBatch(message, deps), {
  queueUrl: config.queues['close-batch'],
  backOff: sqsBackoff(),
});
