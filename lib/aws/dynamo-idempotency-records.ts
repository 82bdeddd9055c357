import { randomUUID } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type IdempotencyRecords, StoredReply } from '#lib/idempotency-records.ts';
import { dynamodb } from './clients.ts';
import { succeeded } from './dynamo-conditions.ts';
import { parseItem } from './stored-names.ts';

const retentionSeconds = 24 * 60 * 60;
const leaseSeconds = 60; // twice the timeout of a function behind the API

const Item = z.object({
  /** Identifies the request that began: the SDK repeats a write whose response was lost. */
  requestToken: z.string(),
  fingerprint: z.string(),
  /** The stored reply, as JSON. */
  answer: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(StoredReply)
    .optional(),
});

/** Idempotency records in DynamoDB, which deletes them some time after they expire (`expires`, seconds). */
export const dynamoIdempotencyRecords = (
  { idempotencyTable }: { idempotencyTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): IdempotencyRecords => {
  const target = (idempotencyId: string) => ({
    TableName: idempotencyTable,
    Key: { idempotency_id: idempotencyId },
  });
  const ifUnfinished = {
    ConditionExpression: 'attribute_exists(idempotency_id) AND attribute_not_exists(#answer)',
  };

  return {
    begin: (idempotencyId, fingerprint, now) =>
      begin({ idempotencyTable, client }, { idempotencyId, fingerprint, now }),

    async finish(idempotencyId, reply) {
      await succeeded(
        client.send(
          new UpdateCommand({
            ...target(idempotencyId),
            ...ifUnfinished,
            UpdateExpression: 'SET #answer = :answer',
            ExpressionAttributeNames: { '#answer': 'answer' },
            ExpressionAttributeValues: { ':answer': JSON.stringify(reply) },
          }),
        ),
      );
    },

    async forget(idempotencyId) {
      await succeeded(
        client.send(
          new DeleteCommand({
            ...target(idempotencyId),
            ...ifUnfinished,
            ExpressionAttributeNames: { '#answer': 'answer' },
          }),
        ),
      );
    },
  };
};

const begin = async (
  { idempotencyTable, client }: { idempotencyTable: string; client: DynamoDBDocumentClient },
  { idempotencyId, fingerprint, now }: { idempotencyId: string; fingerprint: string; now: Date },
): ReturnType<IdempotencyRecords['begin']> => {
  const seconds = Math.floor(now.getTime() / 1000);
  const requestToken = randomUUID();
  const begun = await succeeded(
    client.send(
      new PutCommand({
        TableName: idempotencyTable,
        Item: {
          idempotency_id: idempotencyId,
          requestToken,
          fingerprint,
          leased_until: seconds + leaseSeconds,
          expires: seconds + retentionSeconds,
        },
        // Absent; or expired, though DynamoDB may take two days to delete it; or the same
        // request, begun so long ago that its function must have been killed.
        ConditionExpression:
          'attribute_not_exists(idempotency_id) OR #expires <= :now OR ' +
          '(attribute_not_exists(#answer) AND #lease <= :now AND #fingerprint = :fingerprint)',
        ExpressionAttributeNames: {
          '#expires': 'expires',
          '#answer': 'answer',
          '#lease': 'leased_until',
          '#fingerprint': 'fingerprint',
        },
        ExpressionAttributeValues: { ':now': seconds, ':fingerprint': fingerprint },
      }),
    ),
  );
  if (begun) return { state: 'begun' };

  const { Item: item } = await client.send(
    new GetCommand({
      TableName: idempotencyTable,
      Key: { idempotency_id: idempotencyId },
      ConsistentRead: true,
    }),
  );
  if (!item) return { state: 'in-progress' }; // deleted a moment ago: the next attempt begins it
  const stored = parseItem(Item, item);
  if (stored.requestToken === requestToken) return { state: 'begun' };
  if (stored.fingerprint !== fingerprint) return { state: 'other-request' };
  return stored.answer ? { state: 'completed', reply: stored.answer } : { state: 'in-progress' };
};
