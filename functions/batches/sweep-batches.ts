import { setTimeout as pause } from 'node:timers/promises';
import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRows } from '#lib/aws/dynamo-rows.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sweepBatches } from '#lib/batches/sweep-batches.ts';
import { config } from '#lib/config.ts';
import { logger } from '#lib/observability.ts';
import { logSweptBatch } from '#lib/queue/sweep-log.ts';

const deps = {
  batches: dynamoBatches(config.tables),
  rows: dynamoRows(config.tables),
  images: dynamoImages(config.tables),
  batchQueues: sqsBatchQueues(config.queues),
  now: () => new Date(),
  pause,
  onSwept: logSweptBatch,
};

export const handler = async () => {
  logger.info('batches swept', await sweepBatches(deps));
};
