import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { Message, SqsPoller } from './sqs-poller.ts';

/** An `sqs` event of serverless.yml. Numbers may come as text, from an environment variable. */
export const SqsEvent = z.preprocess(
  (event) => (typeof event === 'string' ? { arn: event } : event),
  z.object({
    arn: z.unknown(),
    enabled: z.boolean().default(true),
    batchSize: z.coerce.number().int().min(1).max(10_000).default(10),
    /** Seconds. */
    maximumBatchingWindow: z.coerce.number().int().min(0).max(300).default(0),
    functionResponseType: z.literal('ReportBatchItemFailures').optional(),
    // Lambda begins with 5 pollers; here the machine is small.
    maximumConcurrency: z.coerce.number().int().min(1).max(1000).default(2),
  }),
);
export type SqsEvent = z.infer<typeof SqsEvent>;

export type Mapping = Omit<SqsEvent, 'arn'> & { queueUrl: string; queueArn: string };

type Tools = {
  sqs: SqsPoller;
  region: string;
  invoke: (event: { Records: SqsRecord[] }) => Promise<unknown>;
  /** A batch whose function failed, or a queue that does not answer. */
  report: (error: unknown) => void;
};

const maxPollSeconds = 20; // SQS's own limit
const maxBatchSize = 10; // likewise, for receiving and for deleting
const pauseAfterErrorMs = 1000;

export type Running = {
  /**
   * Receives no more messages; resolves when those in progress have ended, or after the timeout.
   */
  stop(withinMs: number): Promise<void>;
};

/**
 * Lambda's event source mapping: receives, invokes, deletes what succeeded. What failed comes back
 * when its visibility timeout ends, or when the function itself has said so. Each of
 * `maximumConcurrency` slots works on one batch at a time.
 */
export const startEventSource = (mapping: Mapping, tools: Tools): Running => {
  const { sqs, region, invoke, report } = tools;
  const { queueUrl } = mapping;
  const ending = new AbortController();

  const receive = (maxMessages: number, seconds: number): Promise<Message[]> =>
    sqs.receive(queueUrl, {
      maxMessages: Math.min(maxMessages, maxBatchSize),
      seconds: Math.min(seconds, maxPollSeconds),
      signal: ending.signal,
    });

  const gather = async (): Promise<Message[]> => {
    const { batchSize, maximumBatchingWindow } = mapping;
    const batch = await receive(batchSize, maxPollSeconds);
    const until = Date.now() + maximumBatchingWindow * 1000;
    while (batch.length > 0 && batch.length < batchSize && Date.now() < until) {
      if (ending.signal.aborted) break;
      const left = Math.max(1, Math.ceil((until - Date.now()) / 1000));
      const more = await receive(batchSize - batch.length, left).catch(() => []);
      batch.push(...more);
    }
    return batch;
  };

  const work = async (batch: Message[]): Promise<void> => {
    const Records = batch.map((message) => toSqsRecord(message, mapping.queueArn, region));
    const answer = await invoke({ Records });
    const isPartial = mapping.functionResponseType === 'ReportBatchItemFailures';
    const failed = isPartial ? readFailures(answer, batch) : new Set();
    const done = batch.filter(({ MessageId }) => !failed.has(MessageId));
    for (let at = 0; at < done.length; at += maxBatchSize)
      await sqs.remove(queueUrl, done.slice(at, at + maxBatchSize));
  };

  const slot = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const batch = await gather();
        if (batch.length > 0) await work(batch).catch(report);
      } catch (error) {
        if (ending.signal.aborted) return;
        report(error);
        await wait(pauseAfterErrorMs, undefined, { signal: ending.signal }).catch(() => {});
      }
    }
  };

  const slots = Array.from({ length: mapping.maximumConcurrency }, slot);
  return {
    stop: async (withinMs) => {
      ending.abort();
      await Promise.race([Promise.all(slots), wait(withinMs, undefined, { ref: false })]);
    },
  };
};

/** A record as Lambda makes it of a message. */
export const toSqsRecord = (message: Message, queueArn: string, region: string) => {
  const { Attributes, MessageAttributes } = message;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: {
      ...Attributes,
      ApproximateReceiveCount: Attributes['ApproximateReceiveCount'] ?? '1',
      SentTimestamp: Attributes['SentTimestamp'] ?? '',
      SenderId: Attributes['SenderId'] ?? '',
      ApproximateFirstReceiveTimestamp: Attributes['ApproximateFirstReceiveTimestamp'] ?? '',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, value]) => [
        name,
        {
          ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
          ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType ?? 'String',
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
};

export type SqsRecord = ReturnType<typeof toSqsRecord>;

const PartialAnswer = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullish();

/**
 * The ids of the messages that failed. An answer that makes no sense, or names a message that was
 * not in the batch, fails them all: AWS Lambda Developer Guide, "Success and failure conditions"
 * of partial batch responses for SQS.
 */
export const readFailures = (
  answer: unknown,
  batch: readonly Pick<Message, 'MessageId'>[],
): Set<string | undefined> => {
  const all = new Set(batch.map(({ MessageId }) => MessageId));
  const parsed = PartialAnswer.safeParse(answer === '' ? undefined : answer);
  if (!parsed.success) return all;
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
};
