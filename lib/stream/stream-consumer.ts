import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import type { StreamRecord } from '#lib/events/changes.ts';
import type { StreamBatch } from '#lib/events/project-changes.ts';
import { logger } from '#lib/observability.ts';

const sequenceDigits = 40; // the longest there are: Amazon DynamoDB API Reference, "StreamRecord"

const Record = z
  .object({
    eventSourceARN: z.string(),
    dynamodb: z.object({
      SequenceNumber: z.string().regex(/^\d{1,40}$/),
      ApproximateCreationDateTime: z.number(), // seconds
      Keys: z.unknown(),
      OldImage: z.unknown().optional(),
      NewImage: z.unknown().optional(),
    }),
  })
  .transform(
    ({ eventSourceARN, dynamodb }): StreamRecord => ({
      sequence: dynamodb.SequenceNumber.padStart(sequenceDigits, '0'),
      at: new Date(dynamodb.ApproximateCreationDateTime * 1000),
      streamArn: eventSourceARN,
      keys: dynamodb.Keys,
      oldImage: dynamodb.OldImage,
      newImage: dynamodb.NewImage,
    }),
  );

/**
 * Lambda names the shard only where the event source has a tumbling window (Lambda Developer Guide, "Tumbling
 * windows"). LocalStack 4.14 and ministack 1.5 have no such windows; a stream of theirs has one shard.
 */
const StreamEvent = z.object({ Records: z.array(Record), shardId: z.string().optional() });

/**
 * Makes a Lambda for DynamoDB streams from the work on one batch. If the work throws, the event source
 * delivers the batch again, whole or in halves, before anything behind it.
 */
export const streamConsumer = (
  work: (batch: StreamBatch) => Promise<{ records: number; projected: number; events: number }>,
) =>
  middy<unknown, { state: object }>().handler(async (event, { functionName }: Context) => {
    const startedAt = performance.now();
    const { Records: records, shardId } = StreamEvent.parse(event);
    const [first] = records;
    // At the end of a window there is a call without records. Its state is not used, but has to be returned.
    if (!first) return { state: {} };
    const shard = shardId === undefined ? first.streamArn : `${first.streamArn}/${shardId}`;
    const fields = () => ({
      function_name: functionName,
      stream: first.streamArn,
      duration_ms: Math.round(performance.now() - startedAt),
    });
    try {
      logger.info('changes projected', { ...(await work({ shard, records })), ...fields() });
    } catch (error) {
      const [kind, reason] =
        error instanceof Error ? [error.name, error.message] : [typeof error, String(error)];
      logger.error('changes not projected', { records: records.length, kind, reason, ...fields() });
      throw error;
    }
    return { state: {} };
  });
