import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startDynamodb } from '../../emulators/dynamodb/start-dynamodb.ts';
import { find, put, TableName } from './durability-fixtures.ts';
import { createClients, createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { runDying, startKillable } from './killable.ts';
import { allRecords } from './read-stream.ts';

test('the emulator says that a port is taken, and leaves its folder free', async () => {
  const first = await start();
  const folder = emptyFolder();

  const second = startDynamodb({ port: first.port, folder });

  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const third = await start({ folder });
  await createThings(third.client);
});

test('a data folder that another process uses is refused', async () => {
  const folder = emptyFolder();
  await startKillable(folder);

  await expect(startDynamodb({ port: 0, folder })).rejects.toThrow('database is locked');
});

test('items survive a restart', async () => {
  const folder = emptyFolder();
  const first = await start({ folder });
  await createThings(first.client);
  await put(first.client, 'stored');
  await first.stop();

  const second = await start({ folder });

  expect(await find(second.client, 'stored')).toEqual({ id: { S: 'stored' } });
});

const byGroup = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' as const },
    { AttributeName: 'group', AttributeType: 'S' as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-group',
      KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
};

test('a process that is killed between its writes and their commit leaves none of them', async () => {
  const folder = emptyFolder();
  const setUp = await start({ folder });
  await createThings(setUp.client, { ...byGroup, ...withStream });
  const before = { group: { S: 'even' } };
  for (const id of ['changed', 'deleted']) await put(setUp.client, id, before);
  await setUp.stop();

  expect(await runDying(folder)).toBe('SIGKILL');

  const { client, streams } = await start({ folder });
  expect(await find(client, 'changed')).toEqual({ id: { S: 'changed' }, ...before });
  expect(await find(client, 'deleted')).toBeDefined();
  expect(await find(client, 'new')).toBeUndefined();
  expect((await indexed(client)).map(({ id }) => id).toSorted()).toEqual(['changed', 'deleted']);
  expect(await allRecords(streams, TableName)).toHaveLength(2);
});

const groups = ['even', 'odd', 'dying'];

const pickGroup = (version: number) => groups[version % 2] as string;

/** What the index has of all groups. */
const indexed = async (client: DynamoDBClient) => {
  const pages = await Promise.all(
    groups.map((group) =>
      client.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-group',
          KeyConditionExpression: '#group = :group',
          ExpressionAttributeNames: { '#group': 'group' },
          ExpressionAttributeValues: { ':group': { S: group } },
        }),
      ),
    ),
  );
  return pages.flatMap(({ Items = [] }) =>
    Items.map(({ id, group }) => ({ id: id?.S ?? '', group: group?.S })),
  );
};

// DYNAMODB_KILLS=200 tries for longer.
const kills = Number(process.env['DYNAMODB_KILLS'] ?? 8);

test('whenever the process is killed, every confirmed write survives with its index entries and stream records', {
  timeout: 30_000 + kills * 10_000,
}, async () => {
  const folder = emptyFolder();
  const setUp = await start({ folder });
  await createThings(setUp.client, { ...byGroup, ...withStream });
  await setUp.stop();
  const answered = new Map<string, number>();
  let transactions = 0;

  for (let round = 0; round < kills; round++) {
    const child = await startKillable(folder);
    const { client } = createClients(child.url);
    const killAfter = 5 + Math.floor(Math.random() * 60);
    let done = 0;
    const work = async (worker: number) => {
      for (let n = 0; ; n++) {
        const version = round * 1000 + n;
        const id = `worker ${worker} item ${n % 5}`;
        const one = { version: { N: String(version) }, group: { S: pickGroup(version) } };
        if (n % 2) await put(client, id, one);
        else await addOne(client, `counter ${worker}`, { id: { S: id }, ...one });
        if (n % 2 === 0) transactions += 1;
        answered.set(id, version);
        done += 1;
        if (done === killAfter) void child.kill();
      }
    };
    await Promise.all([1, 2, 3].map((worker) => work(worker).catch(() => {})));
    await child.kill();
  }

  const { client, streams } = await start({ folder });
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName }));
  const stored = new Map(items.map((item) => [item['id']?.S, item]));
  for (const [id, version] of answered)
    expect(Number(stored.get(id)?.['version']?.N)).toBeGreaterThanOrEqual(version);

  const entries = await indexed(client);
  const inGroups = items.filter((item) => item['group']);
  expect(entries.length).toBe(inGroups.length);
  for (const { id, group } of entries) expect(stored.get(id)?.['group']?.S).toBe(group);
  const keys = entries.slice(0, 100).map(({ id }) => ({ id: { S: id } }));
  await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }));

  const counted = items.reduce((sum, item) => sum + Number(item['seen']?.N ?? 0), 0);
  expect(counted).toBeGreaterThanOrEqual(transactions);
  const replayed = new Map<string, unknown>();
  const changes = await allRecords(streams, TableName);
  for (const { dynamodb } of changes) {
    const id = dynamodb?.Keys?.['id']?.S ?? '';
    // Each begins where the last one of its item ended: none is missing and none is there twice.
    expect(dynamodb?.OldImage).toEqual(replayed.get(id));
    replayed.set(id, dynamodb?.NewImage);
  }
  expect(replayed).toEqual(stored);
});

const addOne = (client: DynamoDBClient, counter: string, Item: Record<string, AttributeValue>) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item } },
        {
          Update: {
            TableName,
            Key: { id: { S: counter } },
            UpdateExpression: 'ADD seen :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          },
        },
      ],
    }),
  );
