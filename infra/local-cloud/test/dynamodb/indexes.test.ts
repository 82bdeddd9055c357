import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';
import {
  type Item,
  invalid,
  listed,
  listedItem,
  pluckKeys,
  put,
  query,
  TableName,
} from './query-fixtures.ts';

const inAlbum = (client: DynamoDBClient, more: Partial<QueryCommandInput>) =>
  client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'album = :s',
      ExpressionAttributeValues: { ':s': { S: 'november' } },
      ...more,
    }),
  );

test('an index returns its items in its own order, without those that lack one of its keys', async () => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  const { at: _, ...timeless } = listedItem(3);
  await put(client, [listedItem(1, 30), listedItem(2, 20), timeless]);

  const byTime = await inAlbum(client, { IndexName: 'by-time' });
  const whole = await inAlbum(client, { IndexName: 'whole' });
  const withName = await inAlbum(client, { IndexName: 'with-name' });
  const local = await query(client, 'pk = :p', {}, { IndexName: 'local' });
  const fetched = await query(
    client,
    'pk = :p',
    {},
    { IndexName: 'local', Select: 'ALL_ATTRIBUTES' },
  );

  const keys = (n: number, time: number) => {
    const { name: _, extra: __, ...rest } = listedItem(n, time);
    return rest;
  };
  expect(byTime.Items).toEqual([keys(2, 20), keys(1, 30)]);
  expect(whole.Items).toEqual([listedItem(1, 30), listedItem(2, 20), timeless]);
  const named = {
    pk: { S: 'p' },
    sk: { S: 'item 3' },
    album: { S: 'november' },
    name: { S: 'name 3' },
  };
  expect(withName.Items?.[2]).toEqual(named);
  const { album: ___, ...localKeys } = keys(2, 20);
  expect(local.Items?.[0]).toEqual(localKeys);
  expect(fetched.Items).toEqual([listedItem(2, 20), listedItem(1, 30)]);
});

test('paging through an index returns every item once, even where all share one key', async () => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  const all = Array.from({ length: 11 }, (_, n) => listedItem(n, n < 6 ? 7 : n));
  await put(client, all);

  for (const ScanIndexForward of [true, false]) {
    const found: unknown[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const page = await inAlbum(client, {
        IndexName: 'by-time',
        Limit: 3,
        ScanIndexForward,
        ExclusiveStartKey,
      });
      found.push(...(pluckKeys(page.Items) ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    expect(found.toSorted()).toEqual(pluckKeys(all)?.toSorted());
    expect(new Set(found).size).toBe(all.length);
  }
});

test('an index reflects a changed key, a removed key and a deletion at once', async () => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  await put(client, [listedItem(1), listedItem(2), listedItem(3)]);
  const { album: _, ...without } = listedItem(2);
  await put(client, [{ ...listedItem(1), album: { S: 'december' } }, without]);

  const { Items } = await inAlbum(client, { IndexName: 'by-time' });

  expect(pluckKeys(Items)).toEqual(['item 3']);
});

test.each<[Item, string]>([
  [
    { at: { S: 'text' } },
    'Type mismatch for Index Key at Expected: N Actual: S IndexName: by-time',
  ],
  [
    { album: { S: '' } },
    'cannot contain an empty string value. IndexName: by-time, IndexKey: album',
  ],
])('an item whose attributes do not fit an index is refused: %j', async (wrong, message) => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  await expect(put(client, [{ ...listedItem(1), ...wrong }])).rejects.toMatchObject(
    invalid(message),
  );
});

test('a query on a missing index, or one that the index does not support, is refused', async () => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  await expect(inAlbum(client, { IndexName: 'nowhere' })).rejects.toMatchObject(
    invalid('The table does not have the specified index: nowhere'),
  );
  await expect(
    inAlbum(client, { IndexName: 'by-time', ConsistentRead: true }),
  ).rejects.toMatchObject(
    invalid('Consistent reads are not supported on global secondary indexes'),
  );
  await expect(
    inAlbum(client, { IndexName: 'by-time', Select: 'ALL_ATTRIBUTES' }),
  ).rejects.toMatchObject(invalid('Select type ALL_ATTRIBUTES is not supported'));
});
