import { randomUUID } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Answers, KeptAnswer } from '#lib/idempotency-records.ts';
import { dynamodb } from './clients.ts';
import { happened } from './dynamo-conditions.ts';

const keptSeconds = 24 * 60 * 60;
const leaseSeconds = 60; // twice what a function behind the API may run

const Item = z.object({
  /** Tells our own beginning from another's: the SDK repeats a write whose answer was lost. */
  beginner: z.string(),
  fingerprint: z.string(),
  answer: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(KeptAnswer)
    .optional(),
});

/** First answers in DynamoDB, which removes them some time after they expire (`expires`, seconds). */
export const dynamoAnswers = (
  { answersTable }: { answersTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Answers => {
  const target = (answerId: string) => ({
    TableName: answersTable,
    Key: { answer_id: answerId },
  });
  const unanswered = {
    ConditionExpression: 'attribute_exists(answer_id) AND attribute_not_exists(#answer)',
  };

  return {
    async begin(answerId, fingerprint, now) {
      const seconds = Math.floor(now.getTime() / 1000);
      const beginner = randomUUID();
      const begun = await happened(
        client.send(
          new PutCommand({
            TableName: answersTable,
            Item: {
              answer_id: answerId,
              beginner,
              fingerprint,
              leased_until: seconds + leaseSeconds,
              expires: seconds + keptSeconds,
            },
            // Absent; or expired, though DynamoDB may take two days to remove it; or the same
            // request, begun so long ago that whoever began it must have been killed.
            ConditionExpression:
              'attribute_not_exists(answer_id) OR #expires <= :now OR ' +
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
        new GetCommand({ ...target(answerId), ConsistentRead: true }),
      );
      if (!item) return { state: 'in-progress' }; // forgotten a moment ago: the next try begins it
      const kept = Item.parse(item);
      if (kept.beginner === beginner) return { state: 'begun' };
      if (kept.fingerprint !== fingerprint) return { state: 'other-request' };
      return kept.answer ? { state: 'answered', answer: kept.answer } : { state: 'in-progress' };
    },

    async finish(answerId, answer) {
      await happened(
        client.send(
          new UpdateCommand({
            ...target(answerId),
            ...unanswered,
            UpdateExpression: 'SET #answer = :answer',
            ExpressionAttributeNames: { '#answer': 'answer' },
            ExpressionAttributeValues: { ':answer': JSON.stringify(answer) },
          }),
        ),
      );
    },

    async forget(answerId) {
      await happened(
        client.send(
          new DeleteCommand({
            ...target(answerId),
            ...unanswered,
            ExpressionAttributeNames: { '#answer': 'answer' },
          }),
        ),
      );
    },
  };
};
