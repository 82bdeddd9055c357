import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import type { ErrorCode } from '#lib/error-codes.ts';
import { logger } from '#lib/observability.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { annotateSpan, flushSpans, inSpan, traceFields } from '#lib/tracing/spans.ts';

/** How often SQS delivers a message before it goes to the dead-letter queue; as in the template. */
export const maxReceiveCount = 8;
const maxBackoffSeconds = 60;
/** The longest Retry-After that is honoured; beyond it, an operator should look. */
const maxRetryAfterSeconds = 900;

export type Delivery = { attempts: number; messageId: string };

/** How a result is logged: at INFO, unless it is a failure of the picture (WARN) or of ours (ERROR). */
export type LoggedOutcome = { fields: Record<string, unknown>; level?: 'info' | 'warn' | 'error' };

export type LogOptions<Message, Result> = {
  /** Fields of every line, whatever happens to the message. */
  labels?: Record<string, string>;
  outcome?: (result: Result, message: Message) => LoggedOutcome;
};

type Deps<Message, Result> = {
  queueUrl: string;
  /** Returns a message to its queue, visible again in so many seconds. */
  backOff: (queueUrl: string, receiptHandle: string, seconds: number) => Promise<void>;
  /** Records that this message had its last attempt; then it goes to the dead-letter queue. */
  giveUp?: (message: Message, last: { reason: string; attempts: number }) => Promise<void>;
  log?: LogOptions<Message, Result>;
};

/**
 * Makes a Lambda for an SQS queue from the work on one message.
 *
 * If the work throws, its message is retried after a backoff of 2ⁿ seconds, at most 60, and not before
 * a `Retry-After`; the other messages of the batch are not affected. On the last receive `giveUp`
 * records the reason, and the message still fails, so that it goes to the dead-letter queue. Messages
 * are delivered at least once, so `work` must be safe to repeat.
 *
 * Each delivery writes one line with its outcome, and one when it begins unless it is the first: a
 * worker that is killed writes none at its end.
 */
export const consumer = <Message, Result>(
  schema: z.ZodType<Message>,
  work: (message: Message, delivery: Delivery) => Promise<Result>,
  { queueUrl, backOff, giveUp, log = {} }: Deps<Message, Result>,
) => {
  const handleRecord = async (record: SQSRecord, { functionName }: Context) => {
    const startedAt = performance.now();
    const attempts = Number(record.attributes.ApproximateReceiveCount);
    const fields = (message: unknown) => ({
      function_name: functionName,
      ...log.labels,
      ...logFieldsFor(message),
      message_id: record.messageId,
      queue: queueName(record),
      attempts,
      duration_ms: Math.round(performance.now() - startedAt),
      ...traceFields(),
    });

    let message: Message | undefined;
    try {
      message = read(schema, record.body);
      if (attempts > 1) logger.warn('message received again', fields(message));
      const result = await work(message, { attempts, messageId: record.messageId });
      const { level = 'info', fields: more } = log.outcome?.(result, message) ?? { fields: {} };
      const line = { ...fields(message), ...more };
      annotateSpan(pickSpanAttributes(line));
      logger[level]('message handled', line);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const last = attempts >= maxReceiveCount;
      // SQS moves it to the dead-letter queue when it would be received once more: at once.
      const seconds = last ? 0 : backoffSeconds(error, attempts);
      const context = { ...fields(message), kind: errorName(error), reason };
      if (last) {
        const code = giveUp && message !== undefined && { error_code: givenUp };
        logger.error('message given up', { ...context, ...code, state: 'failed' });
        if (message !== undefined) await giveUp?.(message, { reason: toSentence(error), attempts });
      } else logger.warn('message retried', { ...context, state: 'pending', in_seconds: seconds });
      await backOff(queueUrl, record.receiptHandle, seconds).catch((failed) =>
        // Then it is retried when its visibility timeout ends.
        logger.warn('message could not be returned', {
          ...fields(message),
          reason: String(failed),
        }),
      );
      throw error;
    }
  };

  const traced = (record: SQSRecord, context: Context) =>
    inSpan(
      log.labels?.['step'] ?? queueName(record),
      {
        kind: 'consumer',
        parent: record.messageAttributes['traceparent']?.stringValue,
        attributes: {
          'messaging.system': 'aws_sqs',
          'messaging.destination.name': queueName(record),
          'messaging.message.id': record.messageId,
          'darkroom.attempts': Number(record.attributes.ApproximateReceiveCount),
          'faas.name': context.functionName,
        },
      },
      () => handleRecord(record, context),
    );

  // A processor per call: it holds the failures of its batch, and on the embedded stack several
  // calls run in one process at a time.
  return middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    const response = await processPartialResponse(
      event,
      traced,
      new BatchProcessor(EventType.SQS),
      { context, throwOnFullBatchFailure: false },
    );
    await flushSpans();
    return response;
  });
};

/** What a span says of the outcome. */
const pickSpanAttributes = (line: Record<string, unknown>) => {
  const text = (name: string) => (typeof line[name] === 'string' ? line[name] : undefined);
  return {
    'darkroom.image_id': text('image_id'),
    'darkroom.request_id': text('request_id'),
    'darkroom.state': text('state'),
    'darkroom.reason': text('reason'),
  };
};

/** A message that does not match its schema. Retrying later does not help. */
class UnreadableMessageError extends Error {
  override readonly name = 'UnreadableMessageError';
}

const read = <Message>(schema: z.ZodType<Message>, body: string): Message => {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? 'it is not JSON'
        : 'it does not match the schema of this queue';
    throw new UnreadableMessageError(`The message cannot be read: ${why}.`, { cause: error });
  }
};

/** A Retry-After is the minimum: with `Retry-After: 1` alone, eight receives took seconds only. */
const backoffSeconds = (error: unknown, attempts: number): number => {
  if (error instanceof UnreadableMessageError) return 0;
  const requested =
    error instanceof Error && 'retryAfterSeconds' in error && error.retryAfterSeconds;
  const minSeconds = typeof requested === 'number' ? Math.min(requested, maxRetryAfterSeconds) : 0;
  return Math.max(Math.min(2 ** attempts, maxBackoffSeconds), Math.ceil(minSeconds));
};

const queueName = ({ eventSourceARN }: SQSRecord): string => eventSourceARN.split(':').at(-1) ?? '';

const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

/** What the record says as well. */
const givenUp: ErrorCode = 'retries_exhausted';

/** For the record, which callers read: only RetryLaterError has words for them, the rest is in the log. */
const toSentence = (error: unknown): string =>
  `Tried ${maxReceiveCount} times and gave up: ${
    error instanceof RetryLaterError
      ? error.message
      : 'it failed on our side each time, for a reason that is in the log.'
  }`;

/** The ids by which an image or a batch can be followed through the logs. */
const logFieldsFor = (message: unknown): Record<string, unknown> => {
  if (typeof message !== 'object' || message === null) return {};
  return {
    ...('image_id' in message && { image_id: message.image_id }),
    ...('request_id' in message && { request_id: message.request_id }),
  };
};
