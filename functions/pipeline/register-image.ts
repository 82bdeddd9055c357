import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { cloudfrontCdn } from '#lib/aws/cloudfront-cdn.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { continueObjectTrace } from '#lib/aws/trace-attributes.ts';
import { config, secretPresence } from '#lib/config.ts';
import { registerImage } from '#lib/images/register-image.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { objectsIn, registerLog, S3Notification } from '#lib/queue/s3-event.ts';

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  variants: s3Variants(config.derivedBucket),
  cdn: cloudfrontCdn(config.cdnDistributionId),
  stepQueues: sqsStepQueues(config.queues),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  now: () => new Date(),
};

export const handler = consumer(
  S3Notification,
  (notification, { messageId }) =>
    Promise.all(
      objectsIn(notification).map(async (object) => {
        await continueObjectTrace(object.key, deps.originals);
        return registerImage({ ...object, requestId: messageId }, deps);
      }),
    ),
  { queueUrl: config.queues['object-created'], backOff: sqsBackoff(), log: registerLog },
);
