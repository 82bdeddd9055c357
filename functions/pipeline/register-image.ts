import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { dynamoContents } from '#lib/aws/dynamo-contents.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { sqsWorkers } from '#lib/aws/sqs-workers.ts';
import { config, secretPresence } from '#lib/config.ts';
import { registerImage } from '#lib/images/register-image.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { journeyOf, keysOf, S3News } from '#lib/queue/s3-event.ts';

const deps = {
  images: dynamoImages(config.tables),
  contents: dynamoContents(config.tables),
  originals: s3Objects(config.originalsBucket),
  derived: s3Objects(config.derivedBucket),
  workers: sqsWorkers(config.queues),
  captioning: resolveCaptionProvider(config.caption(secretPresence)),
  sizes: config.sizes,
  now: () => new Date(),
};

export const handler = consumer(
  S3News,
  (news, { messageId }) =>
    Promise.all(keysOf(news).map((key) => registerImage(key, messageId, deps))),
  { queueUrl: config.queues.arrivals, backOff: sqsBackoff(), about: journeyOf },
);
