import {
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams';
import { expect, test } from 'vitest';
import { createThings, start } from './dynamodb-harness.ts';
import { allRecords, openIterator } from './read-stream.ts';
import { Key, open, put, remove, TableName } from './stream-fixtures.ts';

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
