import { describe, expect, test } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';
import { type Item, invalid, openWith, pluckKeys, query } from './query-fixtures.ts';

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
