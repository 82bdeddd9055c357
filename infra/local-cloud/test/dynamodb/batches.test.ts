import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  type KeysAndAttributes,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createThings, start } from './dynamodb-harness.ts';

const TableName = 'things';
const toKey = (id: string) => ({ id: { S: id } });
const toPut = (id: string, rest = {}): WriteRequest => ({
  PutRequest: { Item: { ...toKey(id), ...rest } },
});
const write = (client: DynamoDBClient, requests: WriteRequest[]) =>
  client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
const get = (client: DynamoDBClient, ids: string[], more: Partial<KeysAndAttributes> = {}) =>
  client.send(
    new BatchGetItemCommand({
      RequestItems: { [TableName]: { Keys: ids.map(toKey), ...more } },
    }),
  );
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `item ${n}`);
const open = async (options: Parameters<typeof start>[0] = {}) => {
  const { client } = await start(options);
  await createThings(client);
  return client;
};
const invalid = (message: string) => ({
  name: 'ValidationException',
  message: expect.stringContaining(message),
});

test('BatchWriteItem puts and deletes items', async () => {
  const client = await open();
  await write(client, [toPut('a'), toPut('b')]);

  const { UnprocessedItems } = await write(client, [
    toPut('c'),
    { DeleteRequest: { Key: toKey('a') } },
  ]);

  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  expect(Items.map((item) => item['id']?.S).toSorted()).toEqual(['b', 'c']);
  expect(UnprocessedItems).toEqual({});
});

test('BatchWriteItem refuses too many writes, an item twice and an unknown kind of write', async () => {
  const client = await open();
  await expect(
    write(
      client,
      numbered(26).map((id) => toPut(id)),
    ),
  ).rejects.toMatchObject(invalid('Too many items requested for the BatchWriteItem call'));
  await expect(write(client, [toPut('a'), toPut('a', { x: { S: 'x' } })])).rejects.toMatchObject(
    invalid('Provided list of item keys contains duplicates'),
  );
  await expect(write(client, [{}])).rejects.toMatchObject({ name: 'ValidationException' });
});

test('BatchGetItem returns the existing items, projected where requested', async () => {
  const client = await open();
  await write(client, [toPut('a', { x: { S: '1' }, y: { S: '2' } }), toPut('b')]);

  const { Responses, UnprocessedKeys } = await get(client, ['a', 'absent', 'b'], {
    ProjectionExpression: 'id, x',
  });

  expect(Responses?.[TableName]).toEqual([{ id: { S: 'a' }, x: { S: '1' } }, { id: { S: 'b' } }]);
  expect(UnprocessedKeys).toEqual({});
});

test('BatchGetItem refuses too many keys, a key twice, no keys and an unknown table', async () => {
  const client = await open();
  await expect(get(client, numbered(101))).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(get(client, ['a', 'b', 'a'])).rejects.toMatchObject(
    invalid('Provided list of item keys contains duplicates'),
  );
  await expect(get(client, [])).rejects.toMatchObject({ name: 'ValidationException' });
  const nowhere = new BatchGetItemCommand({ RequestItems: { nowhere: { Keys: [toKey('a')] } } });
  await expect(client.send(nowhere)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('BatchGetItem stops at 16 MB and returns the remaining keys as unprocessed', async () => {
  const client = await open();
  const ids = numbered(50);
  for (let at = 0; at < ids.length; at += 10)
    await write(
      client,
      ids.slice(at, at + 10).map((id) => toPut(id, { ballast: { S: 'x'.repeat(400_000) } })),
    );

  const { Responses, UnprocessedKeys } = await get(client, ids);

  const found = Responses?.[TableName]?.map((item) => item['id']?.S) ?? [];
  const left = UnprocessedKeys?.[TableName]?.Keys?.map((key) => key['id']?.S) ?? [];
  expect(found.length).toBe(42);
  expect([...found, ...left]).toEqual(ids);
});

test('BatchWriteItem returns writes beyond the partition limit as unprocessed', async () => {
  const client = await open({ partitionLimits: { writeUnitsPerSecond: 1 / 60 } });
  await write(client, [toPut('hot')]);

  const { UnprocessedItems } = await write(client, [toPut('cold'), toPut('hot')]);

  expect(UnprocessedItems).toEqual({ [TableName]: [toPut('hot')] });
});
