import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';
import { dynamodbClientOf } from './dynamodb-client.ts';
import { eventually } from './eventually.ts';
import { someFolder, startKillable } from './killable.ts';

const start = async (options: Partial<Parameters<typeof startDynamodb>[0]> = {}) => {
  const running = await startDynamodb({ port: 0, ...options });
  onTestFinished(running.stop);
  return { ...running, client: dynamodbClientOf(running.url) };
};
const createTable = (client: DynamoDBClient) =>
  client.send(
    new CreateTableCommand({
      TableName: 'things',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
const put = (client: DynamoDBClient, id: string, rest = {}) =>
  client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id }, ...rest } }));
const find = async (client: DynamoDBClient, id: string) => {
  const Key = { id: { S: id } };
  return (await client.send(new GetItemCommand({ TableName: 'things', Key }))).Item;
};

test('says that a port is taken, and leaves its folder free', async () => {
  const first = await start();
  const folder = someFolder();

  const second = startDynamodb({ port: first.port, folder });

  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const third = await start({ folder });
  await createTable(third.client);
});

test('keeps items over a restart', async () => {
  const folder = someFolder();
  const first = await start({ folder });
  await createTable(first.client);
  await put(first.client, 'kept');
  await first.stop();

  const second = await start({ folder });

  expect(await find(second.client, 'kept')).toEqual({ id: { S: 'kept' } });
});

test('takes back what a transaction did that was killed between two writes', async () => {
  const folder = someFolder();
  const first = await start({ folder });
  await createTable(first.client);
  const ids = ['a', 'b', 'c', 'd'];
  const old = { by: { S: 'somebody' } };
  await Promise.all(ids.slice(0, 2).map((id) => put(first.client, id, old)));
  await first.stop();
  const dying = await startKillable('dying-dynamodb', folder);
  const items = ids.map((id) => ({ Put: { TableName: 'things', Item: { id: { S: id } } } }));

  const killed = dynamodbClientOf(dying.url).send(
    new TransactWriteItemsCommand({ TransactItems: items }),
  );
  await expect(killed).rejects.toThrow();
  await dying.kill();
  const journal = JSON.parse(readFileSync(join(folder, 'undo.json'), 'utf8'));
  const second = await start({ folder });

  expect(journal).toHaveLength(4);
  const found = await Promise.all(ids.map((id) => find(second.client, id)));
  const before = (id: string) => ({ id: { S: id }, ...old });
  expect(found).toEqual([before('a'), before('b'), undefined, undefined]);
  expect(readFileSync(join(folder, 'undo.json'), 'utf8')).toBe('');
});

test('starts with a journal that was cut off while it was written', async () => {
  const folder = someFolder();
  const first = await start({ folder });
  await createTable(first.client);
  await put(first.client, 'untouched');
  await first.stop();
  writeFileSync(join(folder, 'undo.json'), '[{"table":"things","key":{"id":{"S":"untou');

  const second = await start({ folder });

  expect(await find(second.client, 'untouched')).toEqual({ id: { S: 'untouched' } });
});

test('leaves three counters equal, whenever SIGKILL comes', async () => {
  const folder = someFolder();
  const ids = ['left', 'middle', 'right'];
  let answered = 0;
  const addOnce = (client: DynamoDBClient) =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: ids.map((id) => ({
          Update: {
            TableName: 'things',
            Key: { id: { S: id } },
            UpdateExpression: 'ADD seen :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        })),
      }),
    );
  const countImage = async (client: DynamoDBClient) => {
    const found = await Promise.all(ids.map((id) => find(client, id)));
    return found.map((item) => Number(item?.['seen']?.N ?? 0));
  };
  const setUp = await start({ folder });
  await createTable(setUp.client);
  await setUp.stop();

  for (const roundEndsAt of [20, 45, 71]) {
    const child = await startKillable('dynamodb', folder);
    const client = dynamodbClientOf(child.url);
    const keepAdding = async () => {
      for (;;) {
        await addOnce(client);
        answered += 1;
        if (answered === roundEndsAt) void child.kill();
      }
    };
    await Promise.all([1, 2, 3].map(() => keepAdding().catch(() => {})));
    await child.kill();

    const restarted = await start({ folder });
    const counts = await countImage(restarted.client);
    await restarted.stop();
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThanOrEqual(answered);
  }
});

test('forgets items that have expired, and remembers to over a restart', async () => {
  const folder = someFolder();
  const first = await start({ folder });
  await createTable(first.client);
  const specification = { AttributeName: 'expires', Enabled: true };
  await first.client.send(
    new UpdateTimeToLiveCommand({ TableName: 'things', TimeToLiveSpecification: specification }),
  );
  await put(first.client, 'expired', { expires: { N: '1000' } });
  await put(first.client, 'fresh', { expires: { N: String(Math.ceil(Date.now() / 1000) + 900) } });
  await put(first.client, 'ageless');
  await first.stop();

  const { client } = await start({ folder, sweepEveryMs: 30 });
  const expired = await eventually(
    () => find(client, 'expired'),
    (item) => item === undefined,
  );

  expect(expired).toBeUndefined();
  expect(await find(client, 'fresh')).toBeDefined();
  expect(await find(client, 'ageless')).toBeDefined();
  const described = await client.send(new DescribeTimeToLiveCommand({ TableName: 'things' }));
  expect(described.TimeToLiveDescription).toEqual({
    AttributeName: 'expires',
    TimeToLiveStatus: 'ENABLED',
  });
});

test('finds all that has expired in a table that it looks through step by step', async () => {
  const { client } = await start({ sweepEveryMs: 30 });
  await createTable(client);
  const ids = Array.from({ length: 120 }, (_, nth) => `ageless ${nth}`);
  await Promise.all(ids.map((id) => put(client, id)));
  const expired = ['one', 'two', 'three', 'four', 'five', 'six'];
  await Promise.all(expired.map((id) => put(client, id, { expires: { N: '1000' } })));

  const specification = { AttributeName: 'expires', Enabled: true };
  await client.send(
    new UpdateTimeToLiveCommand({ TableName: 'things', TimeToLiveSpecification: specification }),
  );

  const left = await eventually(
    async () => (await client.send(new ScanCommand({ TableName: 'things' }))).Count,
    (count) => count === ids.length,
  );
  expect(left).toBe(ids.length);
});

test('refuses an operation nobody knows, and a body beyond all limits', async () => {
  const { url } = await start();
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.MakeCoffee',
  };

  const unknown = await fetch(url, { method: 'POST', headers, body: '{}' });
  const huge = await fetch(url, { method: 'POST', headers, body: Buffer.alloc(17 * 1024 * 1024) });

  expect(await unknown.json()).toMatchObject({
    __type: expect.stringContaining('UnknownOperationException'),
  });
  expect(huge.status).toBe(413);
});
