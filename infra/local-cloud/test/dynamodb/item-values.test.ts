import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { invalid, Key, open, TableName } from './item-fixtures.ts';

test('an item with attributes of every type is read as it was put', async () => {
  const { put, get } = await open();
  const item: Record<string, AttributeValue> = {
    ...Key,
    text: { S: 'tëxt 📷 \u0000 "quoted" \\' },
    empty: { S: '' },
    number: { N: '-12.5' },
    bytes: { B: Uint8Array.of(0, 255, 7) },
    yes: { BOOL: true },
    nothing: { NULL: true },
    words: { SS: ['b', 'a'] },
    numbers: { NS: ['3', '1'] },
    blobs: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
    list: { L: [{ S: 'x' }, { M: { deep: { L: [] } } }] },
    map: { M: { constructor: { S: 'not inherited' }, 'a.b': { N: '1' } } },
  };

  await put(item);

  expect(await get()).toEqual(item);
});

test('an attribute may be called __proto__', async () => {
  const { put, client } = await open();
  const item = JSON.parse('{"id":{"S":"a"},"__proto__":{"S":"mine"}}');
  await put(item);

  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET copied = #p',
      ConditionExpression: 'attribute_exists(#p) AND attribute_not_exists(#c)',
      ExpressionAttributeNames: { '#p': '__proto__', '#c': 'constructor' },
      ReturnValues: 'UPDATED_NEW',
    }),
  );

  expect(Attributes).toEqual({ copied: { S: 'mine' } });
});

describe('numbers', () => {
  test.each([
    ['1.500', '1.5'],
    ['+007', '7'],
    ['-0', '0'],
    ['1E3', '1000'],
    ['12e-4', '0.0012'],
    ['.5', '0.5'],
    ['1e125', `1${'0'.repeat(125)}`],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('%s is stored as %s', async (given, stored) => {
    const { put, get } = await open();
    await put({ ...Key, n: { N: given } });
    expect((await get())?.['n']).toEqual({ N: stored });
  });

  test.each([
    ['1e126', 'Number overflow'],
    ['1e-131', 'Number underflow'],
    ['1'.repeat(39), 'more than 38 significant digits'],
    ['twelve', 'cannot be converted to a numeric value: twelve'],
    ['0x10', 'cannot be converted to a numeric value'],
    ['', 'cannot be converted to a numeric value'],
  ])('"%s" is refused: %s', async (given, message) => {
    const { put } = await open();
    await expect(put({ ...Key, n: { N: given } })).rejects.toEqual(invalid(message));
  });

  test.each([
    ['0.1', '0.2', '0.3'],
    ['99999999999999999999999999999999999999', '-1', '99999999999999999999999999999999999998'],
    ['1e20', '1e-10', '100000000000000000000.0000000001'],
    ['999999999999999', '1', '1000000000000000'],
    ['-5', '5', '0'],
  ])('%s and %s are %s', async (one, other, sum) => {
    const { put, update, get } = await open();
    await put({ ...Key, n: { N: one } });
    await update('ADD n :n', { ExpressionAttributeValues: { ':n': { N: other } } });
    expect((await get())?.['n']).toEqual({ N: sum });
  });
});

describe('what is no item is refused', () => {
  test.each<[string, Record<string, AttributeValue>, string]>([
    ['without its key', { other: { S: 'a' } }, 'Missing the key id in the item'],
    ['with a key of another type', { id: { N: '1' } }, 'Type mismatch for key id expected: S'],
    ['with an empty key', { id: { S: '' } }, 'cannot contain an empty string value. Key: id'],
    ['with a key of more than 2 kB', { id: { S: 'x'.repeat(2049) } }, 'Size of hashkey'],
    ['with an empty set', { ...Key, s: { SS: [] } }, 'An string set  may not be empty'],
    ['with a set of doubles', { ...Key, s: { SS: ['x', 'x'] } }, 'contains duplicates'],
    ['with equal numbers in a set', { ...Key, s: { NS: ['1', '1.0'] } }, 'contains duplicates'],
    ['of more than 400 kB', { ...Key, s: { S: 'x'.repeat(409_600) } }, 'Item size has exceeded'],
  ])('%s', async (_, item, message) => {
    const { put } = await open();
    await expect(put(item)).rejects.toEqual(invalid(message));
  });

  test('an item nested more than 32 levels deep', async () => {
    const { put } = await open();
    const nested = (levels: number): AttributeValue =>
      levels === 0 ? { S: 'x' } : { L: [nested(levels - 1)] };
    await put({ ...Key, deep: nested(31) });
    await expect(put({ ...Key, deep: nested(33) })).rejects.toEqual(invalid('Nesting Levels'));
  });
});

test('an item may have exactly 400 kB, attribute names included', async () => {
  const { put, update } = await open();
  const room = 400 * 1024 - 'id'.length - 'a'.length - 's'.length;
  await put({ ...Key, s: { S: 'x'.repeat(room) } });

  const grown = update('SET s = :s', {
    ExpressionAttributeValues: { ':s': { S: 'x'.repeat(room + 1) } },
  });

  await expect(grown).rejects.toEqual(
    invalid('Item size to update has exceeded the maximum allowed size'),
  );
});
