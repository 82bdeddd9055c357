import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';

export type Item = Record<string, AttributeValue>;

export const TableName = 'rows';

export const put = async (client: DynamoDBClient, items: readonly Item[]) => {
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
};

export const query = (
  client: DynamoDBClient,
  condition: string,
  values: Item = {},
  more: Partial<QueryCommandInput> = {},
) =>
  client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: { ':p': { S: 'p' }, ...values },
      ...more,
    }),
  );

export const pluckKeys = (items: Item[] | undefined, name = 'sk') =>
  items?.map((item) => Object.values(item[name] ?? {})[0]);

export const invalid = (message: string | RegExp) => ({
  name: 'ValidationException',
  message: expect.stringMatching(message),
});

export const openWith = async (type: 'S' | 'N' | 'B', keys: AttributeValue[]) => {
  const { client } = await start();
  await createRows(client, type);
  await put(
    client,
    keys.map((sk) => ({ pk: { S: 'p' }, sk })),
  );
  return client;
};

export const listed = {
  AttributeDefinitions: [
    { AttributeName: 'album', AttributeType: 'S' as const },
    { AttributeName: 'at', AttributeType: 'N' as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-time',
      KeySchema: [
        { AttributeName: 'album', KeyType: 'HASH' as const },
        { AttributeName: 'at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
    {
      IndexName: 'whole',
      KeySchema: [{ AttributeName: 'album', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    },
    {
      IndexName: 'with-name',
      KeySchema: [{ AttributeName: 'album', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['name'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'local',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' as const },
        { AttributeName: 'at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
};

export const listedItem = (n: number, at = n): Item => ({
  pk: { S: 'p' },
  sk: { S: `item ${n}` },
  album: { S: 'november' },
  at: { N: String(at) },
  name: { S: `name ${n}` },
  extra: { S: 'x' },
});
