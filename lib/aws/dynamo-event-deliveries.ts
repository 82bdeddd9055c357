import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { DeliveryKey, EventDeliveries } from '#lib/webhooks/event-delivery.ts';
import { DeliveryProgress, WebhookAttempt } from '#lib/webhooks/progress.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { parseItem } from './stored-names.ts';

/** Longer than a message can wait in a dead-letter queue: one that is sent back finds what was delivered. */
const retentionSeconds = 15 * 24 * 60 * 60;

const DeliveryItem = z.object({ v: z.int(), progress: DeliveryProgress });
const AttemptItem = z.object({ attempt: WebhookAttempt.extend({ eventId: z.string() }) });

/**
 * Deliveries of events in DynamoDB, which deletes them some time after they expire (`expires`, seconds).
 * Each has a partition of its own. The attempts of a webhook share one, in which they are sorted by time:
 * an item for each, so that none is written twice a second.
 */
export const dynamoEventDeliveries = (
  { webhooksTable }: { webhooksTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): EventDeliveries => ({
  async find(key) {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: webhooksTable, Key: deliveryKey(key), ConsistentRead: true }),
    );
    if (!item) return undefined;
    const { v, progress } = parseItem(DeliveryItem, item);
    return { progress, version: v };
  },

  save: (key, before, progress, now) =>
    succeeded(
      client.send(
        new PutCommand({
          TableName: webhooksTable,
          Item: {
            ...deliveryKey(key),
            v: (before?.version ?? 0) + 1,
            progress,
            expires: expiry(Math.max(now.getTime(), Date.parse(progress.dueAt ?? '') || 0)),
          },
          ...ifUnchanged(before),
        }),
      ),
    ),

  async addAttempt(webhookId, attempt) {
    await client.send(
      new PutCommand({
        TableName: webhooksTable,
        Item: {
          webhook_id: webhookId,
          part: `attempt#${attempt.at}#${attempt.eventId}`,
          attempt,
          expires: expiry(Date.parse(attempt.at)),
        },
      }),
    );
  },

  async latestAttempts(webhookId, limit) {
    const { Items: items = [] } = await client.send(
      new QueryCommand({
        TableName: webhooksTable,
        KeyConditionExpression: 'webhook_id = :id AND begins_with(part, :attempt)',
        ExpressionAttributeValues: { ':id': webhookId, ':attempt': 'attempt#' },
        ScanIndexForward: false,
        Limit: limit,
        ConsistentRead: true,
      }),
    );
    return items.map((item) => parseItem(AttemptItem, item).attempt).reverse();
  },
});

const deliveryKey = ({ webhookId, eventId }: DeliveryKey) => ({
  webhook_id: `${webhookId}#${eventId}`,
  part: 'delivery',
});

const expiry = (atMs: number): number => Math.ceil(atMs / 1000) + retentionSeconds;
