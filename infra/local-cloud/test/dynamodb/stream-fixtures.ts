import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createThings, start, withStream } from './dynamodb-harness.ts';

export const TableName = 'things';

export const Key = { id: { S: 'a' } };

export const put = (client: DynamoDBClient, id: string, rest = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...rest } }));

export const remove = (client: DynamoDBClient, id: string) =>
  client.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }));

export const open = async (options: Parameters<typeof start>[0] = {}) => {
  const opened = await start(options);
  await createThings(opened.client, withStream);
  return opened;
};
