import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { partitionGuard } from '../../emulators/dynamodb/capacity/partition-limits.ts';
import { createThings, start } from './dynamodb-harness.ts';

const TableName = 'things';
const put = (client: DynamoDBClient, id: string, rest = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, ...rest } }));
const throttled = { name: 'ProvisionedThroughputExceededException' };
const oneAMinute = 1 / 60; // so that no slow machine fills the bucket again

test('a partition key that has used its units is throttled, another one is not', async () => {
  const { client } = await start({ partitionLimits: { writeUnitsPerSecond: oneAMinute } });
  await createThings(client);
  await put(client, 'hot');

  await expect(put(client, 'hot')).rejects.toMatchObject(throttled);
  await put(client, 'cold');
  await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'hot' } } }));
});

test('reads have a partition limit of their own', async () => {
  const { client } = await start({ partitionLimits: { readUnitsPerSecond: oneAMinute } });
  await createThings(client);
  const get = () => client.send(new GetItemCommand({ TableName, Key: { id: { S: 'hot' } } }));
  await get();

  await expect(get()).rejects.toMatchObject(throttled);
  await put(client, 'hot');
});

test('a hot key of an index throttles the write of the item', async () => {
  const { client, meter } = await start({ partitionLimits: { writeUnitsPerSecond: oneAMinute } });
  await createThings(client, {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'album', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-album',
        KeySchema: [{ AttributeName: 'album', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await put(client, 'a', { album: { S: 'november' } });

  await expect(put(client, 'b', { album: { S: 'november' } })).rejects.toMatchObject(throttled);

  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'b' } } }));
  expect(Item).toBeUndefined();
  expect(meter.report().tables['things']?.writeUnits).toBe(1); // what was throttled costs nothing
});

test('a throttled transaction is cancelled with ProvisionedThroughputExceeded as the reason', async () => {
  const { client } = await start({ partitionLimits: { writeUnitsPerSecond: oneAMinute } });
  await createThings(client);
  const transact = () =>
    client.send(
      new TransactWriteItemsCommand({
        TransactItems: [{ Put: { TableName, Item: { id: { S: 'hot' } } } }],
      }),
    );
  await transact();

  await expect(transact()).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'ProvisionedThroughputExceeded' }],
  });
});

test('a token bucket holds the units of one second and refills with time', () => {
  let nowMs = 0;
  const guard = partitionGuard({ writeUnitsPerSecond: 10 }, () => nowMs);
  const take = (units: number) => guard.take('write', 'things', [{ partition: 'hot', units }]);

  for (let n = 0; n < 10; n++) take(1);
  expect(() => take(1)).toThrow(/provisioned throughput/);
  nowMs += 100;
  take(5); // one unit is there; a request may take more than is left
  expect(() => take(1)).toThrow();
  nowMs += 400;
  expect(() => take(1)).toThrow();
  nowMs += 1;
  take(1);
  nowMs += 60_000;
  for (let n = 0; n < 10; n++) take(1);
  expect(() => take(1)).toThrow();
});
