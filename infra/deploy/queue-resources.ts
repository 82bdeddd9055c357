import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { type QueueName, queueNames, streamWorkers } from '#lib/queues.ts';

export const pascalCase = (name: string): string =>
  name.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());

/** `read-exif` is ReadExifQueue in the template. */
export const queueLogicalId = (name: QueueName): string => `${pascalCase(name)}Queue`;
export const dlqLogicalId = (name: QueueName | (typeof streamWorkers)[number]): string =>
  `${pascalCase(name)}Dlq`;

const retentionSeconds = 4 * 24 * 3600;
const dlqRetentionSeconds = 14 * 24 * 3600; // SQS' maximum; consumed by no function, only looked at

/** AWS' advice for a queue in front of a function (Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
const visibilityTimeoutsPerFunctionTimeout = 6;

const dlqResource = (stackName: string, name: string) => ({
  Type: 'AWS::SQS::Queue',
  Properties: {
    QueueName: `${stackName}-${name}-dlq`,
    MessageRetentionPeriod: dlqRetentionSeconds,
    SqsManagedSseEnabled: true,
  },
});

/**
 * Queue and dead-letter queue of each worker, as CloudFormation, and the DLQ of each reader of streams.
 * `getTimeout` is the timeout in seconds of the function that consumes the queue.
 */
export const queueResources = (
  stackName: string,
  getTimeout: (queue: QueueName) => number,
): Record<string, unknown> =>
  Object.fromEntries([
    ...queueNames.flatMap((name) => [
      [
        queueLogicalId(name),
        {
          Type: 'AWS::SQS::Queue',
          Properties: {
            QueueName: `${stackName}-${name}`,
            VisibilityTimeout: visibilityTimeoutsPerFunctionTimeout * getTimeout(name),
            MessageRetentionPeriod: retentionSeconds,
            SqsManagedSseEnabled: true,
            RedrivePolicy: {
              deadLetterTargetArn: { 'Fn::GetAtt': [dlqLogicalId(name), 'Arn'] },
              maxReceiveCount,
            },
          },
        },
      ],
      [dlqLogicalId(name), dlqResource(stackName, name)],
    ]),
    ...streamWorkers.map((name) => [dlqLogicalId(name), dlqResource(stackName, name)]),
  ]);
