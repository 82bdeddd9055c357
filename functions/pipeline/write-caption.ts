import { describeWithSettings } from '#lib/ai/describe-picture.ts';
import { pictureRefusals } from '#lib/ai/messages.ts';
import { dynamoImages } from '#lib/aws/dynamo-images.ts';
import { dynamoRenditionSets } from '#lib/aws/dynamo-rendition-sets.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { captionSecrets, config } from '#lib/config.ts';
import { giveUpStep } from '#lib/images/end-step.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { writeCaption } from '#lib/images/write-caption.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { stepLog } from '#lib/queue/step-log.ts';

const settings = async () => {
  const found = await Promise.all(captionSecrets.map(async (name) => [name, await secret(name)]));
  const byName = Object.fromEntries(found);
  return config.caption((name) => byName[name]);
};

const deps = {
  images: dynamoImages(config.tables),
  renditionSets: dynamoRenditionSets(config.tables),
  derived: s3Objects(config.derivedBucket),
  stepQueues: sqsStepQueues(config.queues),
  describe: describeWithSettings(settings),
  captionLeaseMs: config.captionLeaseMs,
  now: () => new Date(),
};

export const handler = consumer(
  StepMessage,
  (message, { attempts }) => writeCaption(message, attempts, deps),
  {
    queueUrl: config.queues['write-caption'],
    backOff: sqsBackoff(),
    giveUp: (message, last) => giveUpStep(message, 'caption', last, deps),
    log: stepLog('caption', { pictureKinds: pictureRefusals }),
  },
);
