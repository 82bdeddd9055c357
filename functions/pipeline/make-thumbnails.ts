import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { config } from '#lib/config.ts';
import { giveUpStep } from '#lib/images/give-up.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { sharpInspect } from '#lib/media/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/sharp-shrink.ts';
import { consumer } from '#lib/queue/consumer.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  workers: sqsStepQueues(config.queues),
  inspect: sharpInspect,
  shrink: sharpShrink,
  sizes: config.sizes,
  uploadMaxBytes: config.uploadMaxBytes,
  now: () => new Date(),
};

export const handler = consumer(
  StepMessage,
  (message, { attempts }) => makeThumbnails(message, attempts, deps),
  {
    queueUrl: config.queues.thumbnails,
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpStep('thumbnails', message, last, deps),
  },
);
