import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import { logger } from '#lib/observability.ts';

/** How often SQS delivers a message before it goes to the dead-letter queue; the template says the same. */
export const maxReceiveCount = 8;
const maxBackoffSeconds = 60;
/** What a Retry-After may ask for; longer than that, a person should look. */
const maxRetryAfterSeconds = 900;

export type Delivery = { attempts: number; messageId: string };

type Deps<Message, Result> = {
  queueUrl: string;
  /** Gives a message back to its queue, visible again in so many seconds. */
  backOff: (queueUrl: string, receiptHandle: string, seconds: number) => Promise<void>;
  /** Records that this message was tried for the last time; then it goes to the dead-letter queue. */
  giveUp?: (message: Message, last: { reason: string; attempts: number }) => Promise<void>;
  /** What only the work could find out, for its line in the log. */
  logFields?: (result: Result) => Record<string, unknown>;
};

/**
 * Turns "do this for one message" into a Lambda for an SQS queue.
 *
 * Work that throws sends its own message back after a backoff of 2ⁿ seconds, at most 60, and not
 * before a `Retry-After`; the other messages of the batch are not affected. On the last receive
 * `giveUp` records the reason, and the error still rises, so that the dead-letter queue keeps the
 * message for people. A message may arrive twice, so `work` must be safe to repeat.
 */
export const consumer = <Message, Result>(
  schema: z.ZodType<Message>,
  work: (message: Message, delivery: Delivery) => Promise<Result>,
  { queueUrl, backOff, giveUp, logFields }: Deps<Message, Result>,
) => {
  const handleRecord = async (record: SQSRecord, { functionName }: Context) => {
    const startedAt = performance.now();
    const attempts = Number(record.attributes.ApproximateReceiveCount);
    const fields = (message: unknown) => ({
      function_name: functionName,
      ...logFieldsFor(message),
      message_id: record.messageId,
      queue: queueName(record),
      attempts,
      duration_ms: Math.round(performance.now() - startedAt),
    });

    let message: Message | undefined;
    try {
      message = read(schema, record.body);
      const result = await work(message, { attempts, messageId: record.messageId });
      logger.info('message handled', { ...fields(message), ...logFields?.(result) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const last = attempts >= maxReceiveCount;
      // SQS moves it to the dead-letter queue when it would be received once more: at once, then.
      const seconds = last ? 0 : backoffSeconds(error, attempts);
      const context = { ...fields(message), error: `${errorName(error)}: ${reason}` };
      if (last) {
        logger.error('message given up', context);
        if (message !== undefined)
          await giveUp?.(message, { reason: toSentence(reason), attempts });
      } else logger.warn('message comes back', { ...context, in_seconds: seconds });
      await backOff(queueUrl, record.receiptHandle, seconds).catch((failed) =>
        // Then it comes back when its visibility timeout ends: later, but it comes.
        logger.warn('message could not be given back', { ...context, error: String(failed) }),
      );
      throw error;
    }
  };

  // A processor per call: it keeps the failures of its batch, and on the embedded stack several
  // calls run in one process at a time.
  return middy<SQSEvent, SQSBatchResponse>().handler((event, context) =>
    processPartialResponse(event, handleRecord, new BatchProcessor(EventType.SQS), {
      context,
      throwOnFullBatchFailure: false,
    }),
  );
};

/** A message that says nothing to us. Waiting does not make it readable. */
class UnreadableMessageError extends Error {
  override readonly name = 'Unreadable';
}

const read = <Message>(schema: z.ZodType<Message>, body: string): Message => {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not JSON' : 'it is not what this queue takes';
    throw new UnreadableMessageError(`The message cannot be read: ${why}.`, { cause: error });
  }
};

/** What is asked for is the least: with `Retry-After: 1` alone, eight receives were over in seconds. */
const backoffSeconds = (error: unknown, attempts: number): number => {
  if (error instanceof UnreadableMessageError) return 0;
  const requested =
    error instanceof Error && 'retryAfterSeconds' in error && error.retryAfterSeconds;
  const minSeconds = typeof requested === 'number' ? Math.min(requested, maxRetryAfterSeconds) : 0;
  return Math.max(Math.min(2 ** attempts, maxBackoffSeconds), Math.ceil(minSeconds));
};

const queueName = ({ eventSourceARN }: SQSRecord): string => eventSourceARN.split(':').at(-1) ?? '';

const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

const toSentence = (reason: string): string =>
  `Tried ${maxReceiveCount} times and gave up: ${reason.split('\n')[0]?.slice(0, 300)}`;

/** What lets one picture's journey be followed through the logs. */
const logFieldsFor = (message: unknown): Record<string, unknown> =>
  typeof message === 'object' &&
  message !== null &&
  'image_id' in message &&
  'request_id' in message
    ? { image_id: message.image_id, request_id: message.request_id }
    : {};
