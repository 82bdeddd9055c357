import { z } from 'zod';
import { SqsError } from './sqs-error.ts';

export type QueueAttributes = Record<string, string>;

export const maxPayloadBytes = 1_048_576;
export const maxVisibilitySeconds = 43_200;
export const maxDelaySeconds = 900;
export const maxWaitSeconds = 20;

// Amazon SQS API Reference, SetQueueAttributes.
const defaults = {
  DelaySeconds: '0',
  MaximumMessageSize: String(maxPayloadBytes),
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
} satisfies QueueAttributes;

const ranges: Record<string, readonly [min: number, max: number]> = {
  DelaySeconds: [0, maxDelaySeconds],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1024, maxPayloadBytes],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, maxWaitSeconds],
  VisibilityTimeout: [0, maxVisibilitySeconds],
};

const json = new Set(['Policy', 'RedriveAllowPolicy', 'RedrivePolicy']);
const texts = new Set(['KmsMasterKeyId', 'SqsManagedSseEnabled']);
const fifoOnly = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoQueue',
  'FifoThroughputLimit',
]);

const RedrivePolicy = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});
export type RedrivePolicy = z.infer<typeof RedrivePolicy>;

const invalid = (name: string, reason = '') =>
  new SqsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}.${reason && ` Reason: ${reason}`}`,
  );

export const fifoRefusal = new SqsError(
  'UnsupportedOperation',
  'This SQS has standard queues only: no name that ends in .fifo, and none of the FIFO attributes.',
);

/**
 * What a request sets, checked. An empty policy is none, as with SQS. Throws InvalidAttributeName,
 * InvalidAttributeValue, or UnsupportedOperation for what only FIFO queues have.
 */
export const checkQueueAttributes = (given: QueueAttributes): void => {
  for (const [name, value] of Object.entries(given)) {
    if (fifoOnly.has(name)) throw fifoRefusal;
    const range = ranges[name];
    if (range) {
      const isInRange = Number(value) >= range[0] && Number(value) <= range[1];
      if (!/^\d+$/.test(value) || !isInRange) throw invalid(name);
    } else if (json.has(name)) checkJson(name, value);
    else if (!texts.has(name))
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
};

const checkJson = (name: string, value: string): void => {
  if (value === '') return;
  const parsed = parseJson(value);
  if (typeof parsed !== 'object' || parsed === null) throw invalid(name, 'It is not valid JSON.');
  if (name !== 'RedrivePolicy' || RedrivePolicy.safeParse(parsed).success) return;
  throw invalid(
    name,
    'It needs deadLetterTargetArn, and a whole number from 1 to 1000 as maxReceiveCount.',
  );
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Changes laid over what a queue had; what is set to nothing is gone. */
export const mergeAttributes = (before: QueueAttributes, changes: QueueAttributes) =>
  Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== ''));

export const withDefaults = (attributes: QueueAttributes): QueueAttributes & typeof defaults => ({
  ...defaults,
  ...attributes,
});

export const readRedrivePolicy = (attributes: QueueAttributes): RedrivePolicy | undefined =>
  RedrivePolicy.safeParse(parseJson(attributes['RedrivePolicy'] ?? '')).data;
