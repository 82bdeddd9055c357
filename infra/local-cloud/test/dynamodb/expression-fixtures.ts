import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

const TableName = 'things';
const Key = { id: { S: 'a' } };

export type Values = Record<string, AttributeValue>;
/** What is stored before each test. */
export const item: Values = {
  ...Key,
  n: { N: '10' },
  s: { S: 'hello' },
  b: { B: Uint8Array.of(1, 2, 3) },
  yes: { BOOL: true },
  nil: { NULL: true },
  words: { SS: ['x', 'y'] },
  nums: { NS: ['1', '2'] },
  l: { L: [{ S: 'zero' }, { N: '1' }, { M: { deep: { S: 'down' } } }] },
  m: { M: { a: { N: '1' }, 'dotted.name': { S: 'dot' } } },
};

const used = (text: string, all: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(text)));
const orNothing = <T extends object>(record: T) =>
  Object.keys(record).length ? record : undefined;

const allValues: Values = {
  ':n10': { N: '10' },
  ':n9': { N: '9' },
  ':n100': { N: '100' },
  ':hello': { S: 'hello' },
  ':hel': { S: 'hel' },
  ':zz': { S: 'zz' },
  ':bytes': { B: Uint8Array.of(1, 2) },
  ':yes': { BOOL: true },
  ':null': { NULL: true },
  ':yx': { SS: ['y', 'x'] },
  ':x': { S: 'x' },
  ':one': { N: '1' },
  ':five': { N: '5' },
  ':list': { L: [{ S: 'more' }] },
  ':map': { M: { k: { S: 'v' } } },
  ':tS': { S: 'S' },
  ':tL': { S: 'L' },
  ':bad': { S: 'text' },
  ':nset': { NS: ['2', '3'] },
  ':xs': { SS: ['x'] },
};
const allNames = { '#dot': 'dotted.name', '#size': 'size', '#n': 'n', '#status': 'status' };

/** Whether a condition holds for the item. Rejects where DynamoDB refuses the expression. */
export const holds = async (
  client: DynamoDBClient,
  ConditionExpression: string,
): Promise<boolean> => {
  const sent = client.send(
    new PutItemCommand({
      TableName,
      Item: item,
      ConditionExpression,
      ExpressionAttributeNames: orNothing(used(ConditionExpression, allNames) as never),
      ExpressionAttributeValues: orNothing(used(ConditionExpression, allValues) as never),
    }),
  );
  return sent.then(
    () => true,
    (error: Error) => {
      if (error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
};

/** The item after an update. Rejects where DynamoDB refuses the expression. */
export const update = async (client: DynamoDBClient, UpdateExpression: string): Promise<Values> => {
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression,
      ExpressionAttributeNames: orNothing(used(UpdateExpression, allNames) as never),
      ExpressionAttributeValues: orNothing(used(UpdateExpression, allValues) as never),
    }),
  );
  return (await client.send(new GetItemCommand({ TableName, Key }))).Item ?? {};
};

/** Stores the item anew. */
export const storeItem = (client: DynamoDBClient) =>
  client.send(new PutItemCommand({ TableName, Item: item }));
