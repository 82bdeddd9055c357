import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';

export const TableName = 'things';

export const put = (
  client: DynamoDBClient,
  id: string,
  rest: Record<string, AttributeValue> = {},
) => client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...rest } }));

export const find = async (client: DynamoDBClient, id: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;
