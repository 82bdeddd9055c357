import { type StepWorker, stepNames, steps } from '#lib/images/steps.ts';

const otherQueues = [
  'object-created', // S3 events of the originals bucket
  'fetch-image',
  'expand-batch',
  'import-row',
  'record-outcome',
  'close-batch',
  'send-webhook',
  'run-edit',
  'deliver-event',
] as const;

export type QueueName = (typeof otherQueues)[number] | StepWorker;

/**
 * The one list of queues: one in front of each worker, with its name. Resources, dead-letter queues,
 * environment, health and alarms follow from it.
 */
export const queueNames: readonly QueueName[] = [
  ...otherQueues,
  ...stepNames.map((name) => steps[name].worker),
];

/** Functions that read a stream: no queue is in front of them, and what they give up goes to a DLQ of their name. */
export const streamWorkers = ['project-changes'] as const;

const constantCase = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/** The environment variable that holds the URL of a queue: `MAKE_THUMBNAILS_QUEUE`. */
export const queueVariable = (name: QueueName): string => `${constantCase(name)}_QUEUE`;

/** The URL of the dead-letter queue of a queue. It is not in the environment, of which Lambda takes 4 KB. */
export const dlqUrl = (queueUrl: string): string => `${queueUrl}-dlq`;

/** A record with an entry for each queue. */
export const mapQueues = <T>(make: (name: QueueName) => T): Record<QueueName, T> =>
  Object.fromEntries(queueNames.map((name) => [name, make(name)])) as Record<QueueName, T>;
