import {
  CreateTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';
import { dynamodbClientOf } from './dynamodb-client.ts';
import { someFolder, startCramped } from './killable.ts';

const TableName = 'things';
const start = async (folder: string) => {
  const running = await startDynamodb({ port: 0, folder });
  onTestFinished(running.stop);
  return { ...running, client: dynamodbClientOf(running.url) };
};
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const anItem = (id: string, by: string, sizeBytes: number) => ({
  id: { S: id },
  by: { S: by },
  ballast: { S: 'x'.repeat(sizeBytes) },
});
const put = (client: DynamoDBClient, id: string, by: string, sizeBytes: number) =>
  client.send(new PutItemCommand({ TableName, Item: anItem(id, by, sizeBytes) }));
const putAll = (client: DynamoDBClient, by: string, sizeBytes: number) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: ids.map((id) => ({ Put: { TableName, Item: anItem(id, by, sizeBytes) } })),
    }),
  );
const writersOf = (client: DynamoDBClient) =>
  Promise.all(
    ids.map(async (id) => {
      const found = await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }));
      return found.Item?.['by']?.S;
    }),
  );
const failed = { $metadata: { httpStatusCode: 500 } };

/** A folder with a table, in which `old` items were written while there was room. */
const aFolder = async (oldBytes: number) => {
  const folder = someFolder();
  const first = await start(folder);
  await first.client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  for (const id of ids) await put(first.client, id, 'old', oldBytes);
  await first.stop();
  return folder;
};
const allOld = ids.map(() => 'old');

test('takes a transaction back at the next start that the disk took half of', async () => {
  const folder = await aFolder(10);
  const cramped = await startCramped('dynamodb', folder, 500);
  const client = dynamodbClientOf(cramped.url);

  await expect(putAll(client, 'new', 150_000)).rejects.toMatchObject(failed);
  await expect(putAll(client, 'new', 150_000)).rejects.toMatchObject(failed);
  const small = put(client, 'a', 'somebody', 10); // it would fit, and be taken back
  await expect(small).rejects.toMatchObject(failed);
  await cramped.kill();

  const { client: after } = await start(folder);
  expect(await writersOf(after)).toEqual(allOld);
  await putAll(after, 'newer', 10);
  expect(await writersOf(after)).toEqual(ids.map(() => 'newer'));
});

test('takes it back after an orderly stop too', async () => {
  const folder = await aFolder(10);
  const cramped = await startCramped('dynamodb', folder, 500);

  await expect(putAll(dynamodbClientOf(cramped.url), 'new', 150_000)).rejects.toMatchObject(failed);
  await cramped.stop();

  expect(await writersOf((await start(folder)).client)).toEqual(allOld);
});

test('begins no transaction that its journal has no room for', async () => {
  const folder = await aFolder(150_000);
  const cramped = await startCramped('dynamodb', folder, 500);
  const client = dynamodbClientOf(cramped.url);

  await expect(putAll(client, 'new', 10)).rejects.toMatchObject(failed);

  expect(await writersOf(client)).toEqual(allOld);
  await put(client, 'a', 'somebody', 10);
  await cramped.kill();
  const [first, ...others] = await writersOf((await start(folder)).client);
  expect(first).toBe('somebody');
  expect(others).toEqual(allOld.slice(1));
});
