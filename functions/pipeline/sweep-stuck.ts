import { setTimeout as pause } from 'node:timers/promises';
import { cloudfrontCdn } from '#lib/aws/cloudfront-cdn.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { sqsFetchQueue } from '#lib/aws/sqs-fetch-queue.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { config } from '#lib/config.ts';
import { sweepStuck } from '#lib/images/sweep-stuck.ts';
import { logger } from '#lib/observability.ts';
import { logSwept } from '#lib/queue/sweep-log.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  variants: s3Variants(config.derivedBucket),
  cdn: cloudfrontCdn(config.cdnDistributionId),
  stepQueues: sqsStepQueues(config.queues),
  fetchQueue: sqsFetchQueue(config.queues),
  sizes: config.sizes,
  now: () => new Date(),
  pause,
  onSwept: logSwept,
};

export const handler = async () => {
  logger.info('swept', await sweepStuck(deps));
};
