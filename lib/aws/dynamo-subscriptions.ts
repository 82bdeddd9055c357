import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Subscription, type Subscriptions } from '#lib/webhooks/subscription.ts';
import { dynamodb } from './clients.ts';
import { ifUnchanged, succeeded } from './dynamo-conditions.ts';
import { parseItem } from './stored-names.ts';

const key = { webhook_id: 'subscriptions', part: 'list' };

const Item = z.object({ v: z.int(), subscriptions: z.array(Subscription) });

/** All subscriptions in one item of DynamoDB: they are few, and their number is limited by its lock. */
export const dynamoSubscriptions = (
  { webhooksTable }: { webhooksTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Subscriptions => ({
  async find() {
    const { Item: item } = await client.send(
      new GetCommand({ TableName: webhooksTable, Key: key, ConsistentRead: true }),
    );
    if (!item) return undefined;
    const { v, subscriptions } = parseItem(Item, item);
    return { subscriptions, version: v };
  },

  save: (before, after) =>
    succeeded(
      client.send(
        new PutCommand({
          TableName: webhooksTable,
          Item: { ...key, v: (before?.version ?? 0) + 1, subscriptions: after },
          ...ifUnchanged(before),
        }),
      ),
    ),
});
