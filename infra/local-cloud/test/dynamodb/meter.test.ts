import {
  DeleteItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { start } from './dynamodb-harness.ts';
import { get, indexed, Key, kb, open, TableName } from './meter-harness.ts';

describe('a write consumes a unit', () => {
  test('for each started kB of the larger of the items before and after', async () => {
    const { put, measureUnits, client } = await open();
    expect(await measureUnits(() => put('a'))).toMatchObject({ write: 1 });
    expect(await measureUnits(() => put('a', kb(3)))).toMatchObject({ write: 3 });
    expect(await measureUnits(() => put('a'))).toMatchObject({ write: 3 });
    await put('a', kb(5));
    const update = new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE absent' });
    expect(await measureUnits(() => client.send(update))).toMatchObject({ write: 5 });
    const remove = new DeleteItemCommand({ TableName, Key });
    expect(await measureUnits(() => client.send(remove))).toMatchObject({ write: 5 });
    expect(await measureUnits(() => client.send(remove))).toMatchObject({ write: 1 });
  });

  test('also where its condition fails: as many as the existing item needs', async () => {
    const { put, measureUnits } = await open();
    await put('a', kb(2));
    const condition = { ConditionExpression: 'attribute_not_exists(id)' };
    const refused = () => put('a', {}, condition).catch(() => {});
    expect(await measureUnits(refused)).toMatchObject({ write: 2 });
  });

  test('twice in a transaction, a check too', async () => {
    const { put, measureUnits, client } = await open();
    await put('checked', kb(2));
    const transact = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: { ...Key, ...kb(3) } } },
        {
          ConditionCheck: {
            TableName,
            Key: { id: { S: 'checked' } },
            ConditionExpression: 'attribute_exists(id)',
          },
        },
      ],
    });
    expect(await measureUnits(() => client.send(transact))).toMatchObject({ write: 2 * 3 + 2 * 2 });
  });
});

describe('an index consumes', () => {
  test('nothing for an item that it does not hold', async () => {
    const { put, measureUnits } = await open(indexed);
    expect(await measureUnits(() => put('a'))).toEqual({ read: 0, write: 1 });
  });

  test('by the size of what it holds', async () => {
    const { put, measureUnits } = await open(indexed);
    const units = await measureUnits(() => put('a', { album: { S: 's' }, ...kb(3) }));
    expect(units).toEqual({ read: 0, write: 3, keys: 1, whole: 3, some: 1 });
  });

  test('nothing where what it holds stays, once where it changes', async () => {
    const { put, measureUnits } = await open(indexed);
    await put('a', { album: { S: 's' }, name: { S: 'old' } });
    const units = await measureUnits(() => put('a', { album: { S: 's' }, name: { S: 'new' } }));
    expect(units).toEqual({ read: 0, write: 1, whole: 1, some: 1 });
  });

  test('twice where its key changes: a deletion and a put', async () => {
    const { put, measureUnits } = await open(indexed);
    await put('a', { album: { S: 's' }, ...kb(3) });
    const units = await measureUnits(() => put('a', { album: { S: 't' } }));
    expect(units).toEqual({ read: 0, write: 3, keys: 2, whole: 3 + 1, some: 2 });
  });

  test('once for a deletion, of the item or of its key in the index', async () => {
    const { put, measureUnits, client } = await open(indexed);
    await put('a', { album: { S: 's' } });
    expect(await measureUnits(() => put('a'))).toEqual({
      read: 0,
      write: 1,
      keys: 1,
      whole: 1,
      some: 1,
    });
    await put('a', { album: { S: 's' } });
    const remove = () => client.send(new DeleteItemCommand({ TableName, Key }));
    expect(await measureUnits(remove)).toEqual({ read: 0, write: 1, keys: 1, whole: 1, some: 1 });
  });
});

test('a response contains its ConsumedCapacity where the request wants it', async () => {
  const { put } = await open(indexed);
  const { ConsumedCapacity } = await put('a', { album: { S: 's' } });
  expect(ConsumedCapacity).toEqual({
    TableName,
    CapacityUnits: 4,
    Table: { CapacityUnits: 1 },
    GlobalSecondaryIndexes: {
      keys: { CapacityUnits: 1 },
      whole: { CapacityUnits: 1 },
      some: { CapacityUnits: 1 },
    },
  });
});

test('the meter is read and reset over HTTP, by partition key too', async () => {
  const { put, client, url } = await open(indexed);
  await put('a', { album: { S: 'november' } });
  await put('b', { album: { S: 'november' } });
  await get(client, 'a');
  const path = `${url}/_local-cloud/consumed-capacity`;
  const report = async (query = '') => (await fetch(`${path}${query}`)).json();

  expect(await report()).toMatchObject({
    total: { readUnits: 0.5, writeUnits: 8 },
    tables: {
      things: { readUnits: 0.5, writeUnits: 2, indexes: { keys: { writeUnits: 2, readUnits: 0 } } },
    },
  });
  expect(await report('?by=partition-key')).toMatchObject({
    tables: {
      things: {
        partitions: { a: { readUnits: 0.5, writeUnits: 1 }, b: { writeUnits: 1 } },
        indexes: { keys: { partitions: { november: { writeUnits: 2 } } } },
      },
    },
  });
  expect((await fetch(path, { method: 'DELETE' })).status).toBe(204);
  expect(await report()).toEqual({
    total: { readUnits: 0, writeUnits: 0 },
    cancelledTransactions: {},
    tables: {},
  });
});

test('the meter counts cancelled transactions by what was wrong, and not those that succeed', async () => {
  const { client, meter } = await open();
  const put = (id: string, condition: 'attribute_exists(id)' | 'attribute_not_exists(id)') => ({
    Put: { TableName, Item: { id: { S: id } }, ConditionExpression: condition },
  });
  const transact = (...TransactItems: ReturnType<typeof put>[]) =>
    client.send(new TransactWriteItemsCommand({ TransactItems }));
  const isCancelled = { name: 'TransactionCanceledException' };

  await transact(put('a', 'attribute_not_exists(id)'));
  expect(meter.report().cancelledTransactions).toEqual({});
  await expect(
    transact(put('a', 'attribute_not_exists(id)'), put('b', 'attribute_not_exists(id)')),
  ).rejects.toMatchObject(isCancelled);
  await expect(
    transact(put('b', 'attribute_exists(id)'), put('c', 'attribute_exists(id)')),
  ).rejects.toMatchObject(isCancelled);

  expect(meter.report().cancelledTransactions).toEqual({ ConditionalCheckFailed: 2 });
});

test('the meter is bounded: of ten thousand partitions it lists only the largest', async () => {
  const { meter } = await start();
  const add = (partition: string, units: number) =>
    meter.add('writeUnits', TableName, [{ partition, units }]);
  add('hot', 100);
  for (let n = 0; n < 25_000; n++) add(`cold ${n}`, 1);

  const { [TableName]: table } = meter.report({ byPartition: true }).tables;

  const partitions = Object.entries(table?.partitions ?? {});
  expect(partitions.length).toBeLessThanOrEqual(10_000);
  expect(table?.partitions?.['hot']?.writeUnits).toBe(100);
  expect(partitions.reduce((sum, [, { writeUnits }]) => sum + writeUnits, 0)).toBe(25_100);
});
