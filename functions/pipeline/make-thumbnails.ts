import { dynamoContents } from '#lib/aws/dynamo-contents.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { sqsWorkers } from '#lib/aws/sqs-workers.ts';
import { config } from '#lib/config.ts';
import { giveUpOn } from '#lib/images/give-up.ts';
import { makeThumbnails } from '#lib/images/make-thumbnails.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { consumer } from '#lib/queue/consumer.ts';

const deps = {
  images: dynamoImages(config.tables),
  contents: dynamoContents(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  workers: sqsWorkers(config.queues),
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
    queueUrl: config.queues.thumbnails,
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpOn('thumbnails', message, last, deps),
  },
);
