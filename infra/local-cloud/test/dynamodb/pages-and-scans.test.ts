import { type DynamoDBClient, ScanCommand, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';
import {
  type Item,
  invalid,
  listed,
  listedItem,
  openWith,
  pluckKeys,
  put,
  query,
  TableName,
} from './query-fixtures.ts';

test('a page ends at 1 MB and returns its LastEvaluatedKey', async () => {
  const { client } = await start();
  await createRows(client);
  const large = (n: number) => ({
    pk: { S: 'p' },
    sk: { S: `item ${n}` },
    ballast: { S: 'x'.repeat(300_000) },
  });
  await put(client, [0, 1, 2, 3, 4].map(large));

  const first = await query(client, 'pk = :p');
  const { LastEvaluatedKey: ExclusiveStartKey } = first;
  const second = await query(client, 'pk = :p', {}, { ExclusiveStartKey });

  expect(pluckKeys(first.Items)).toEqual(['item 0', 'item 1', 'item 2']);
  expect(ExclusiveStartKey).toEqual({ pk: { S: 'p' }, sk: { S: 'item 2' } });
  expect(pluckKeys(second.Items)).toEqual(['item 3', 'item 4']);
  expect(second.LastEvaluatedKey).toBeUndefined();
});

test('a filter drops items after they were counted towards the limit', async () => {
  const client = await openWith(
    'N',
    [1, 2, 3, 4].map((n) => ({ N: String(n) })),
  );
  await put(client, [{ pk: { S: 'p' }, sk: { N: '2' }, good: { BOOL: true } }]);
  const filter = { FilterExpression: 'good = :good' };

  const values = { ':good': { BOOL: true } };
  const page = await query(client, 'pk = :p', values, { ...filter, Limit: 3 });

  expect(page).toMatchObject({ Count: 1, ScannedCount: 3, LastEvaluatedKey: { sk: { N: '3' } } });
  const counted = await query(client, 'pk = :p', values, { ...filter, Select: 'COUNT' });
  expect(counted).toMatchObject({ Count: 1, ScannedCount: 4 });
  expect(counted.Items).toBeUndefined();
  const byKey = query(client, 'pk = :p', { ':v': { N: '1' } }, { FilterExpression: 'sk = :v' });
  await expect(byKey).rejects.toMatchObject(
    invalid(
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ),
  );
});

test.each<[Item, string]>([
  [{ pk: { S: 'p' } }, 'The provided starting key is invalid'],
  [{ pk: { S: 'p' }, sk: { S: 'x' } }, 'The provided starting key is invalid'],
])(
  'an ExclusiveStartKey that does not fit the table is refused: %j',
  async (ExclusiveStartKey, message) => {
    const client = await openWith('N', [{ N: '1' }]);
    await expect(query(client, 'pk = :p', {}, { ExclusiveStartKey })).rejects.toMatchObject(
      invalid(message),
    );
  },
);

describe('a scan', () => {
  const scanAll = async (client: DynamoDBClient, more: Partial<ScanCommandInput>) => {
    const found: Item[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName, ...more, ExclusiveStartKey }));
      found.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return found;
  };
  const namesIn = (items: Item[]) => items.map((item) => item['sk']?.S).toSorted();
  const open = async () => {
    const { client } = await start();
    await createRows(client, 'S', listed);
    const items = Array.from({ length: 30 }, (_, n) => ({
      ...listedItem(n),
      pk: { S: `partition ${n % 7}` },
    }));
    await put(client, items);
    return { client, names: namesIn(items) };
  };

  test('returns each item of the table once, page by page', async () => {
    const { client, names } = await open();
    expect(namesIn(await scanAll(client, { Limit: 4 }))).toEqual(names);
  });

  test('returns each item of an index once', async () => {
    const { client, names } = await open();
    expect(namesIn(await scanAll(client, { Limit: 4, IndexName: 'by-time' }))).toEqual(names);
    expect(namesIn(await scanAll(client, { IndexName: 'whole' }))).toEqual(names);
  });

  test('in segments returns each item in exactly one of them', async () => {
    const { client, names } = await open();
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) => scanAll(client, { Segment, TotalSegments: 3, Limit: 2 })),
    );
    expect(namesIn(segments.flat())).toEqual(names);
  });

  test('filters and projects items', async () => {
    const { client } = await open();
    const found = await scanAll(client, {
      FilterExpression: '#n IN (:one, :two)',
      ProjectionExpression: 'sk',
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':one': { S: 'name 1' }, ':two': { S: 'name 2' } },
    });
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ sk: { S: 'item 1' } });
  });
});
