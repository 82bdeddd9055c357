import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { SqsQueue } from '../../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type {
  ReceivedMessage,
  SqsMessage,
} from '../../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';

/** The queue with an ARN. */
type QueueOf = (arn: string) => SqsQueue | undefined;

const Policy = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() });
const mostAtOnce = 10; // SQS' own limit

/**
 * What a receiver gets, and on the way, to the dead letters, what was given too often. fauxqs' own
 * removes a message first, from memory and in a commit of its own, and then stores it anew: killed
 * in between, or without room on the disk, it was gone. Here each change is stored in one statement,
 * and only then made in memory. Queues that keep an order still have fauxqs' own.
 */
export const takeMessages = (
  queue: SqsQueue,
  most: number,
  visibilitySeconds: number,
  queueOf: QueueOf,
): ReceivedMessage[] => {
  queue.processTimers();
  const taken: ReceivedMessage[] = [];
  while (taken.length < Math.min(most, mostAtOnce)) {
    const message = queue.messages[0];
    if (!message) break;
    const deadLetters = deadLettersFor(message, queue, queueOf);
    if (deadLetters) {
      // It has its id there too: the row is replaced, and so leaves this queue.
      const approximateReceiveCount = message.approximateReceiveCount + 1;
      deadLetters.enqueue({ ...message, approximateReceiveCount });
      queue.messages.shift();
    } else taken.push(take(queue, message, visibilitySeconds));
  }
  return taken;
};

const take = (queue: SqsQueue, message: SqsMessage, visibilitySeconds: number): ReceivedMessage => {
  const now = Date.now();
  const receiptHandle = randomUUID();
  const visibilityDeadline = now + visibilitySeconds * 1000;
  const count = message.approximateReceiveCount + 1;
  const first = message.approximateFirstReceiveTimestamp ?? now;
  const { messageId, body, md5OfBody, messageAttributes, md5OfMessageAttributes } = message;
  const { persistence } = queue;
  persistence?.updateMessageInflight(messageId, receiptHandle, visibilityDeadline, count, first);

  queue.messages.shift();
  message.approximateReceiveCount = count;
  message.approximateFirstReceiveTimestamp = first;
  queue.inflightMessages.set(receiptHandle, { message, receiptHandle, visibilityDeadline });
  const hasAttributes = Object.keys(messageAttributes).length > 0;
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5OfBody,
    Body: body,
    ...(md5OfMessageAttributes && { MD5OfMessageAttributes: md5OfMessageAttributes }),
    ...(hasAttributes && { MessageAttributes: messageAttributes }),
  };
};

/** Where a message goes instead, if it was given as often as its queue allows. */
const deadLettersFor = (
  { approximateReceiveCount: count }: SqsMessage,
  { attributes }: SqsQueue,
  queueOf: QueueOf,
): SqsQueue | undefined => {
  if (count === 0) return undefined; // most are given once, and need no look at the policy
  const policy = Policy.safeParse(parsed(attributes['RedrivePolicy']));
  if (!policy.success || count < policy.data.maxReceiveCount) return undefined;
  return queueOf(policy.data.deadLetterTargetArn);
};

const parsed = (json: string | undefined): unknown => {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined; // fauxqs stores what it is given
  }
};
