import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { config } from '#lib/config.ts';
import { giveUpStep } from '#lib/images/end-step.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { readExif } from '#lib/images/read-exif.ts';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { stepLog } from '#lib/queue/step-log.ts';

const deps = {
  images: dynamoImages(config.tables),
  originals: s3Objects(config.originalsBucket),
  stepQueues: sqsStepQueues(config.queues),
  readTags: exifrReadTags,
  now: () => new Date(),
};

export const handler = consumer(
  StepMessage,
  (message, { attempts }) => readExif(message, attempts, deps),
  {
    queueUrl: config.queues['read-exif'],
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpStep(message, 'exif', last, deps),
    log: stepLog('exif'),
  },
);
