import {
  BatchGetItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { get, indexed, Key, kb, open, TableName } from './meter-harness.ts';

describe('a read consumes', () => {
  test('a unit for each started 4 kB, half of it where it may be old, twice in a transaction', async () => {
    const { put, measureUnits, client } = await open();
    await put('a', kb(5));
    expect(await measureUnits(() => get(client, 'a'))).toMatchObject({ read: 1 });
    expect(await measureUnits(() => get(client, 'a', true))).toMatchObject({ read: 2 });
    expect(await measureUnits(() => get(client, 'absent'))).toMatchObject({ read: 0.5 });
    const transact = new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key } }] });
    expect(await measureUnits(() => client.send(transact))).toMatchObject({ read: 4 });
  });

  test('in a batch for each item, in a query or scan for the sum of them', async () => {
    const { put, measureUnits, client } = await open(indexed);
    for (const id of ['a', 'b', 'c']) await put(id, { album: { S: 's' }, ...kb(2) });
    const Keys = ['a', 'b', 'c'].map((id) => ({ id: { S: id } }));
    const batch = new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } });
    expect(await measureUnits(() => client.send(batch))).toMatchObject({ read: 1.5 });
    const scan = new ScanCommand({ TableName, ConsistentRead: true });
    expect(await measureUnits(() => client.send(scan))).toMatchObject({ read: 2 });
    const query = (IndexName: string) =>
      new QueryCommand({
        TableName,
        IndexName,
        KeyConditionExpression: 'album = :s',
        ExpressionAttributeValues: { ':s': { S: 's' } },
      });
    expect(await measureUnits(() => client.send(query('whole')))).toMatchObject({
      read: 0,
      whole: 1,
    });
    expect(await measureUnits(() => client.send(query('keys')))).toMatchObject({
      read: 0,
      keys: 0.5,
    });
  });
});
