import {
  DeleteItemCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { createThings, emptyFolder, start, withStream } from './dynamodb-harness.ts';
import { allRecords, findStream, openIterator } from './read-stream.ts';

const TableName = 'things';
const Key = { id: { S: 'a' } };
const put = (client: DynamoDBClient, id: string, rest = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...rest } }));
const remove = (client: DynamoDBClient, id: string) =>
  client.send(new DeleteItemCommand({ TableName, Key: { id: { S: id } } }));
const open = async (options: Parameters<typeof start>[0] = {}) => {
  const opened = await start(options);
  await createThings(opened.client, withStream);
  return opened;
};
const dayMs = 24 * 60 * 60 * 1000;

test('each change of an item is one stream record, in order, with both images', async () => {
  const { client, streams } = await open();
  await put(client, 'a', { n: { N: '1' } });
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
  await remove(client, 'a');

  const records = await allRecords(streams, TableName);

  const [one, two] = [
    { ...Key, n: { N: '1' } },
    { ...Key, n: { N: '2' } },
  ];
  expect(records).toMatchObject([
    { eventName: 'INSERT', dynamodb: { Keys: Key, NewImage: one } },
    { eventName: 'MODIFY', dynamodb: { Keys: Key, NewImage: two, OldImage: one } },
    { eventName: 'REMOVE', dynamodb: { Keys: Key, OldImage: two } },
  ]);
  expect(records[0]?.dynamodb?.OldImage).toBeUndefined();
  expect(records[2]?.dynamodb?.NewImage).toBeUndefined();
  expect(records[0]).toMatchObject({
    eventID: expect.any(String),
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Date),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
  const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '');
  expect(numbers.every((number) => /^\d{21}$/.test(number))).toBe(true);
  expect(numbers).toEqual([...new Set(numbers)].sort());
});

test('a write that changes nothing makes no stream record', async () => {
  const { client, streams } = await open();
  await put(client, 'a', { x: { SS: ['1', '2'] }, y: { N: '1.0' } });

  await put(client, 'a', { y: { N: '1' }, x: { SS: ['2', '1'] } });
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET y = :one REMOVE absent',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }),
  );
  await remove(client, 'b');
  await expect(
    client.send(
      new PutItemCommand({
        TableName,
        Item: Key,
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    ),
  ).rejects.toThrow();

  expect(await allRecords(streams, TableName)).toHaveLength(1);
});

test('a transaction makes a stream record for each item, a refused one none', async () => {
  const { client, streams } = await open();
  const transact = (ids: string[], ConditionExpression?: string) =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: ids.map((id) => ({
          Put: { TableName, Item: { id: { S: id } }, ConditionExpression },
        })),
      }),
    );
  await transact(['a', 'b']);
  await expect(transact(['c', 'a'], 'attribute_not_exists(id)')).rejects.toThrow();

  const records = await allRecords(streams, TableName);

  expect(records.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)).toEqual(['a', 'b']);
});

test.each([
  ['KEYS_ONLY', undefined, undefined],
  ['NEW_IMAGE', { ...Key, v: { S: 'new' } }, undefined],
  ['OLD_IMAGE', undefined, { ...Key, v: { S: 'old' } }],
] as const)('a stream of %s shows what its name says', async (StreamViewType, now, before) => {
  const { client, streams } = await start();
  await createThings(client, { StreamSpecification: { StreamEnabled: true, StreamViewType } });
  await put(client, 'a', { v: { S: 'old' } });
  await put(client, 'a', { v: { S: 'new' } });

  const [, record] = await allRecords(streams, TableName);

  expect(record?.dynamodb).toMatchObject({ Keys: Key, StreamViewType });
  expect(record?.dynamodb?.NewImage).toEqual(now);
  expect(record?.dynamodb?.OldImage).toEqual(before);
});

test('a stream reader begins where its iterator says', async () => {
  const { client, streams } = await open();
  for (const id of ['a', 'b', 'c']) await put(client, id);
  const second = (await allRecords(streams, TableName))[1]?.dynamodb?.SequenceNumber;
  const latest = await openIterator(streams, TableName, 'LATEST');
  await put(client, 'd');
  const idsFrom = async (ShardIterator: string | undefined, Limit?: number) => {
    const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator, Limit }));
    return Records.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S);
  };

  expect(await idsFrom(latest)).toEqual(['d']);
  const at = await openIterator(streams, TableName, 'AT_SEQUENCE_NUMBER', second);
  expect(await idsFrom(at)).toEqual(['b', 'c', 'd']);
  const after = await openIterator(streams, TableName, 'AFTER_SEQUENCE_NUMBER', second);
  expect(await idsFrom(after)).toEqual(['c', 'd']);
  expect(await idsFrom(await openIterator(streams, TableName), 2)).toEqual(['a', 'b']);
});

test('a page of stream records has at most 1000, and the next begins after it', async () => {
  const { client, streams } = await open();
  for (let at = 0; at < 1100; at += 100)
    await client.send(
      new TransactWriteItemsCommand({
        TransactItems: Array.from({ length: 100 }, (_, n) => ({
          Put: { TableName, Item: { id: { S: `item ${at + n}` } } },
        })),
      }),
    );
  const ShardIterator = await openIterator(streams, TableName);

  const first = await streams.send(new GetRecordsCommand({ ShardIterator }));
  const second = await streams.send(
    new GetRecordsCommand({ ShardIterator: first.NextShardIterator }),
  );

  expect(first.Records).toHaveLength(1000);
  expect(second.Records?.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)[0]).toBe('item 1000');
  expect(second.Records).toHaveLength(100);
});

test('a page of stream records has at most 1 MB', async () => {
  const { client, streams } = await open();
  for (let n = 0; n < 4; n++) await put(client, `${n}`, { ballast: { S: 'x'.repeat(300_000) } });

  const { Records } = await streams.send(
    new GetRecordsCommand({ ShardIterator: await openIterator(streams, TableName) }),
  );

  expect(Records).toHaveLength(3);
  expect(await allRecords(streams, TableName)).toHaveLength(4);
});

test('a shard iterator expires after 15 minutes', async () => {
  let now = Date.now();
  const { streams } = await open({ now: () => now });
  const ShardIterator = await openIterator(streams, TableName);

  now += 15 * 60 * 1000 + 1;

  await expect(streams.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
    name: 'ExpiredIteratorException',
  });
  await expect(
    streams.send(new GetRecordsCommand({ ShardIterator: 'made up' })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
});

test('stream records are stored for a day, and a later reader gets TrimmedDataAccessException', async () => {
  let now = Date.now();
  const { client, streams } = await open({ now: () => now });
  await put(client, 'old');
  await put(client, 'old too');
  const [first] = await allRecords(streams, TableName);
  const { StreamArn, ShardId } = await findStream(streams, TableName);

  now += dayMs + 1;
  await put(client, 'new');

  const records = await allRecords(streams, TableName);
  expect(records.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)).toEqual(['new']);
  const late = new GetShardIteratorCommand({
    StreamArn,
    ShardId,
    ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
    SequenceNumber: first?.dynamodb?.SequenceNumber,
  });
  await expect(streams.send(late)).rejects.toMatchObject({ name: 'TrimmedDataAccessException' });
});

test('sequence numbers continue after a restart, even where every record was trimmed', async () => {
  const folder = emptyFolder();
  let now = Date.now();
  const first = await open({ folder, now: () => now });
  await put(first.client, 'a');
  const [before] = await allRecords(first.streams, TableName);
  await first.stop();
  now += dayMs + 1;
  await sweepAll(folder, now);

  const second = await start({ folder, now: () => now });
  await put(second.client, 'b');
  const [after, ...others] = await allRecords(second.streams, TableName);

  expect(others).toEqual([]);
  const [old, fresh] = [before, after].map((one) => BigInt(one?.dynamodb?.SequenceNumber ?? 0));
  expect(fresh).toBeGreaterThan(old ?? 0n);
});

/** Sweeps a folder once, from beginning to end. */
const sweepAll = async (folder: string, now: number) => {
  const { sweep, stop } = await start({ folder, now: () => now });
  sweep();
  await stop();
};

test('a stream can be enabled and disabled while its table has items', async () => {
  const { client, streams } = await start();
  await createThings(client);
  await put(client, 'before');
  await client.send(new UpdateTableCommand({ TableName, ...withStream }));
  await put(client, 'a');
  await expect(
    client.send(new UpdateTableCommand({ TableName, ...withStream })),
  ).rejects.toMatchObject({ name: 'ResourceInUseException' });

  await client.send(
    new UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } }),
  );
  await put(client, 'after');

  const { StreamDescription } = await findStream(streams, TableName);
  expect(StreamDescription).toMatchObject({
    StreamStatus: 'DISABLED',
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  });
  const page = await streams.send(
    new GetRecordsCommand({ ShardIterator: await openIterator(streams, TableName) }),
  );
  expect(page.Records?.map(({ dynamodb }) => dynamodb?.Keys?.['id']?.S)).toEqual(['a']);
  expect(page.NextShardIterator).toBeUndefined(); // the shard is closed and read to its end
});

test('the stream of a table that was deleted can be read for a day', async () => {
  let now = Date.now();
  const { client, streams, sweep } = await open({ now: () => now });
  await put(client, 'a');
  const { StreamArn, ShardId } = await findStream(streams, TableName);
  const read = async () => {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    return (await streams.send(new GetRecordsCommand({ ShardIterator }))).Records;
  };

  await client.send(new DeleteTableCommand({ TableName }));
  await createThings(client, withStream);
  sweep();
  expect(await read()).toMatchObject([{ dynamodb: { Keys: Key } }]);
  expect(await allRecords(streams, TableName)).toEqual([]); // the new table's own stream

  now += dayMs + 1;
  sweep();
  await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a listener of a table is called after each commit that added stream records', async () => {
  const { client, onStreamRecords } = await open();
  await createThings(client, { TableName: 'others', ...withStream });
  let calls = 0;
  const unsubscribe = onStreamRecords(TableName, () => {
    calls += 1;
  });

  await put(client, 'a');
  await put(client, 'a'); // changes nothing
  await client.send(new PutItemCommand({ TableName: 'others', Item: Key }));
  await remove(client, 'a');
  expect(calls).toBe(2);

  unsubscribe();
  await put(client, 'a');
  expect(calls).toBe(2);
});
