import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { config } from '#lib/config.ts';
import { giveUpStep } from '#lib/images/end-step.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { stepLog } from '#lib/queue/step-log.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  stepQueues: sqsStepQueues(config.queues),
  inspect: sharpInspectWith(config.inspect),
  shrink: sharpShrink,
  sizes: config.sizes,
  uploadMaxBytes: config.uploadMaxBytes,
  now: () => new Date(),
};

export const handler = consumer(
  StepMessage,
  (message, { attempts }) => makeThumbnails(message, attempts, deps),
  {
    queueUrl: config.queues['make-thumbnails'],
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpStep(message, 'thumbnails', last, deps),
    log: stepLog('thumbnails'),
  },
);
