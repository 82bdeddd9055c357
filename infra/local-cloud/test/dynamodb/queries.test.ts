import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';

type Item = Record<string, AttributeValue>;
const TableName = 'rows';

const put = async (client: DynamoDBClient, items: readonly Item[]) => {
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
};
const query = (
  client: DynamoDBClient,
  condition: string,
  values: Item = {},
  more: Partial<QueryCommandInput> = {},
) =>
  client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: { ':p': { S: 'p' }, ...values },
      ...more,
    }),
  );
const pluckKeys = (items: Item[] | undefined, name = 'sk') =>
  items?.map((item) => Object.values(item[name] ?? {})[0]);
const invalid = (message: string | RegExp) => ({
  name: 'ValidationException',
  message: expect.stringMatching(message),
});

const openWith = async (type: 'S' | 'N' | 'B', keys: AttributeValue[]) => {
  const { client } = await start();
  await createRows(client, type);
  await put(
    client,
    keys.map((sk) => ({ pk: { S: 'p' }, sk })),
  );
  return client;
};

describe('a query gives its items in the order', () => {
  test('of numbers, negative ones and fractions too', async () => {
    const sorted = [
      '-1e100',
      '-10',
      '-9.5',
      '-9',
      '-1e-50',
      '0',
      '1e-50',
      '2',
      '10',
      '1e20',
      '1e100',
    ];
    const client = await openWith(
      'N',
      sorted.toReversed().map((N) => ({ N })),
    );

    const { Items } = await query(client, 'pk = :p');

    expect(pluckKeys(Items)?.map(Number)).toEqual(sorted.map(Number));
  });

  test('of the UTF-8 bytes of strings', async () => {
    // UTF-16 would put the emoji, a surrogate pair, before U+FF5E.
    const sorted = ['A', 'a', 'a\u0000', 'a\u0000b', 'ab', 'é', '\uff5e', '📷'];
    const client = await openWith(
      'S',
      sorted.toReversed().map((S) => ({ S })),
    );

    const { Items } = await query(client, 'pk = :p');
    const reversed = await query(client, 'pk = :p', {}, { ScanIndexForward: false });

    expect(pluckKeys(Items)).toEqual(sorted);
    expect(pluckKeys(reversed.Items)).toEqual(sorted.toReversed());
  });

  test('of the bytes of binaries', async () => {
    const sorted = [[0], [0, 1], [1], [127], [128], [255]].map((bytes) => Uint8Array.from(bytes));
    const client = await openWith(
      'B',
      sorted.toReversed().map((B) => ({ B })),
    );

    const { Items } = await query(client, 'pk = :p');

    expect(pluckKeys(Items)).toEqual(sorted);
  });
});

describe('a query finds by its range key', () => {
  const letters = ['a', 'b', 'ba', 'bb', 'c'];
  test.each([
    ['sk = :v', ['b']],
    ['sk < :v', ['a']],
    ['sk <= :v', ['a', 'b']],
    ['sk > :v', ['ba', 'bb', 'c']],
    ['sk >= :v', ['b', 'ba', 'bb', 'c']],
    ['begins_with(sk, :v)', ['b', 'ba', 'bb']],
  ])('%s', async (condition, wanted) => {
    const client = await openWith(
      'S',
      letters.map((S) => ({ S })),
    );
    const { Items } = await query(client, `pk = :p AND ${condition}`, { ':v': { S: 'b' } });
    expect(pluckKeys(Items)).toEqual(wanted);
  });

  test('BETWEEN, its bounds included', async () => {
    const client = await openWith(
      'N',
      [1, 2, 10, 20].map((n) => ({ N: String(n) })),
    );
    const bounds = { ':low': { N: '2' }, ':high': { N: '10' } };
    const { Items } = await query(client, 'pk = :p AND sk BETWEEN :low AND :high', bounds);
    expect(pluckKeys(Items)).toEqual(['2', '10']);
  });

  test('begins_with of the greatest possible prefix', async () => {
    const last = ['\u{10ffff}', '\u{10ffff}a', '\ud7ff', '\ue000'];
    const client = await openWith(
      'S',
      last.map((S) => ({ S })),
    );
    const find = async (prefix: string) => {
      const found = await query(client, 'pk = :p AND begins_with(sk, :v)', { ':v': { S: prefix } });
      return pluckKeys(found.Items);
    };
    expect(await find('\u{10ffff}')).toEqual(['\u{10ffff}', '\u{10ffff}a']);
    expect(await find('\ud7ff')).toEqual(['\ud7ff']);
  });
});

test.each<[string, Item, string]>([
  ['sk = :p', {}, 'Query condition missed key schema element: pk'],
  ['pk > :p', {}, 'Query key condition not supported'],
  [
    'pk = :p AND another = :v',
    { ':v': { S: 'x' } },
    'Query condition missed key schema element: sk',
  ],
  [
    'pk = :p AND sk <> :v',
    { ':v': { S: 'x' } },
    'Invalid operator used in KeyConditionExpression: <>',
  ],
  [
    'pk = :p OR sk = :v',
    { ':v': { S: 'x' } },
    'Invalid operator used in KeyConditionExpression: OR',
  ],
  ['pk = :p AND sk > :v AND sk < :v', { ':v': { S: 'x' } }, 'only contain one condition per key'],
  [
    'pk = :p AND sk = :v',
    { ':v': { N: '1' } },
    'Condition parameter type does not match schema type',
  ],
  ['pk = :p AND sk = :v', { ':v': { S: '' } }, 'cannot contain an empty string value. Key: sk'],
  ['pk = :p', { ':v': { S: 'x' } }, 'AttributeValues unused in expressions: keys: {:v}'],
])('a query is refused: %s with %j: %s', async (condition, values, message) => {
  const { client } = await start();
  await createRows(client);
  await expect(query(client, condition, values)).rejects.toMatchObject(invalid(message));
});

const listed = {
  AttributeDefinitions: [
    { AttributeName: 'shelf', AttributeType: 'S' as const },
    { AttributeName: 'at', AttributeType: 'N' as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-time',
      KeySchema: [
        { AttributeName: 'shelf', KeyType: 'HASH' as const },
        { AttributeName: 'at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
    {
      IndexName: 'whole',
      KeySchema: [{ AttributeName: 'shelf', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    },
    {
      IndexName: 'with-name',
      KeySchema: [{ AttributeName: 'shelf', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['name'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'local',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' as const },
        { AttributeName: 'at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
};
const listedItem = (n: number, at = n): Item => ({
  pk: { S: 'p' },
  sk: { S: `item ${n}` },
  shelf: { S: 'november' },
  at: { N: String(at) },
  name: { S: `name ${n}` },
  extra: { S: 'x' },
});
const onShelf = (client: DynamoDBClient, more: Partial<QueryCommandInput>) =>
  client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'shelf = :s',
      ExpressionAttributeValues: { ':s': { S: 'november' } },
      ...more,
    }),
  );

test('an index returns its items in its own order, without those that lack one of its keys', async () => {
  const { client } = await start();
  await createRows(client, 'S', listed);
  const { at: _, ...timeless } = listedItem(3);
  await put(client, [listedItem(1, 30), listedItem(2, 20), timeless]);

  const byTime = await onShelf(client, { IndexName: 'by-time' });
  const whole = await onShelf(client, { IndexName: 'whole' });
  const withName = await onShelf(client, { IndexName: 'with-name' });
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
    shelf: { S: 'november' },
    name: { S: 'name 3' },
  };
  expect(withName.Items?.[2]).toEqual(named);
  const { shelf: ___, ...localKeys } = keys(2, 20);
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
      const page = await onShelf(client, {
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
  const { shelf: _, ...without } = listedItem(2);
  await put(client, [{ ...listedItem(1), shelf: { S: 'december' } }, without]);

  const { Items } = await onShelf(client, { IndexName: 'by-time' });

  expect(pluckKeys(Items)).toEqual(['item 3']);
});

test.each<[Item, string]>([
  [
    { at: { S: 'text' } },
    'Type mismatch for Index Key at Expected: N Actual: S IndexName: by-time',
  ],
  [
    { shelf: { S: '' } },
    'cannot contain an empty string value. IndexName: by-time, IndexKey: shelf',
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
  await expect(onShelf(client, { IndexName: 'nowhere' })).rejects.toMatchObject(
    invalid('The table does not have the specified index: nowhere'),
  );
  await expect(
    onShelf(client, { IndexName: 'by-time', ConsistentRead: true }),
  ).rejects.toMatchObject(
    invalid('Consistent reads are not supported on global secondary indexes'),
  );
  await expect(
    onShelf(client, { IndexName: 'by-time', Select: 'ALL_ATTRIBUTES' }),
  ).rejects.toMatchObject(invalid('Select type ALL_ATTRIBUTES is not supported'));
});

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
