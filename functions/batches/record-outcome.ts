import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { recordOutcome } from '#lib/batches/record-outcome.ts';
import { config } from '#lib/config.ts';
import { OutcomeMessage } from '#lib/images/messages.ts';
import { consumer } from '#lib/queue/consumer.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  images: dynamoImages(config.tables),
  batchQueues: sqsBatchQueues(config.queues),
};

export const handler = consumer(OutcomeMessage, (message) => recordOutcome(message, deps), {
  queueUrl: config.queues['record-outcome'],
  backOff: sqsBackoff(),
});
