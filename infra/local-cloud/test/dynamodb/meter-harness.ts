import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createThings, start } from './dynamodb-harness.ts';

export const TableName = 'things';
export const Key = { id: { S: 'a' } };
export const indexed = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' as const },
    { AttributeName: 'album', AttributeType: 'S' as const },
  ],
  GlobalSecondaryIndexes: (
    [
      ['keys', { ProjectionType: 'KEYS_ONLY' }],
      ['whole', { ProjectionType: 'ALL' }],
      ['some', { ProjectionType: 'INCLUDE', NonKeyAttributes: ['name'] }],
    ] as const
  ).map(([IndexName, Projection]) => ({
    IndexName,
    KeySchema: [{ AttributeName: 'album', KeyType: 'HASH' as const }],
    Projection: {
      ...Projection,
      NonKeyAttributes: 'NonKeyAttributes' in Projection ? ['name'] : undefined,
    },
  })),
};
/** An attribute that makes an item so many kB larger. */
export const kb = (count: number) => ({ ballast: { S: 'x'.repeat(count * 1024 - 20) } });

/** A server with the table, its meter, and ways to fill and measure it, until the test has ended. */
export const open = async (more = {}) => {
  const { client, meter, url } = await start();
  await createThings(client, more);
  return {
    client,
    meter,
    url,
    put: (id: string, rest = {}, condition = {}) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { id: { S: id }, ...rest },
          ReturnConsumedCapacity: 'INDEXES',
          ...condition,
        }),
      ),
    /** What `work` consumed of the table and each index. */
    measureUnits: async (work: () => Promise<unknown>) => {
      meter.reset();
      await work();
      const { [TableName]: table } = meter.report().tables;
      const indexes = Object.entries(table?.indexes ?? {});
      return {
        read: table?.readUnits,
        write: table?.writeUnits,
        ...Object.fromEntries(
          indexes.map(([name, { readUnits, writeUnits }]) => [name, readUnits + writeUnits]),
        ),
      };
    },
  };
};
export const get = (client: DynamoDBClient, id: string, ConsistentRead = false) =>
  client.send(new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead }));
