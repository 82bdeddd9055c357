import {
  type AttributeValue,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { createRows, createThings, start } from './dynamodb-harness.ts';

const TableName = 'things';
const Key = { id: { S: 'a' } };

const open = async () => {
  const { client, url } = await start();
  await createThings(client);
  return {
    client,
    url,
    put: (Item: Record<string, AttributeValue>, more: Partial<PutItemCommandInput> = {}) =>
      client.send(new PutItemCommand({ TableName, Item, ...more })),
    update: (UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
      client.send(new UpdateItemCommand({ TableName, Key, UpdateExpression, ...more })),
    remove: (more: Partial<DeleteItemCommandInput> = {}) =>
      client.send(new DeleteItemCommand({ TableName, Key, ...more })),
    get: async () => (await client.send(new GetItemCommand({ TableName, Key }))).Item,
  };
};
const invalid = (message: string | RegExp) =>
  expect.objectContaining({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  });

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

test('a put replaces the whole item, and returns the old one for ReturnValues ALL_OLD', async () => {
  const { put, get } = await open();
  const old = { ...Key, old: { S: 'attribute' } };
  await put(old);

  const { Attributes } = await put({ ...Key, by: { S: 'new' } }, { ReturnValues: 'ALL_OLD' });

  expect(Attributes).toEqual(old);
  expect(await get()).toEqual({ ...Key, by: { S: 'new' } });
});

test.each([
  ['NONE', undefined],
  ['ALL_OLD', { ...Key, n: { N: '1' }, m: { M: { a: { S: 'x' }, b: { S: 'y' } } } }],
  ['UPDATED_OLD', { n: { N: '1' }, m: { M: { a: { S: 'x' } } } }],
  ['UPDATED_NEW', { n: { N: '2' }, m: { M: { a: { S: 'z' } } } }],
  ['ALL_NEW', { ...Key, n: { N: '2' }, m: { M: { a: { S: 'z' }, b: { S: 'y' } } } }],
] as const)(
  'an update with ReturnValues %s returns those attributes',
  async (ReturnValues, wanted) => {
    const { put, update } = await open();
    await put({ ...Key, n: { N: '1' }, m: { M: { a: { S: 'x' }, b: { S: 'y' } } } });

    const { Attributes } = await update('SET m.a = :z ADD n :one', {
      ExpressionAttributeValues: { ':z': { S: 'z' }, ':one': { N: '1' } },
      ReturnValues,
    });

    expect(Attributes).toEqual(wanted);
  },
);

test('a delete returns the old item, and does nothing where none exists', async () => {
  const { put, remove, get } = await open();
  await put({ ...Key, by: { S: 'me' } });

  expect((await remove({ ReturnValues: 'ALL_OLD' })).Attributes).toEqual({
    ...Key,
    by: { S: 'me' },
  });
  expect((await remove({ ReturnValues: 'ALL_OLD' })).Attributes).toBeUndefined();
  expect(await get()).toBeUndefined();
});

test('a failed condition changes nothing, and returns the item for ReturnValuesOnConditionCheckFailure', async () => {
  const { put, get } = await open();
  const there = { ...Key, v: { N: '1' } };
  await put(there);
  const condition = {
    ConditionExpression: 'v = :v',
    ExpressionAttributeValues: { ':v': { N: '2' } },
  };

  await expect(put({ ...Key, v: { N: '3' } }, condition)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
    Item: undefined,
  });
  await expect(
    put(
      { ...Key, v: { N: '3' } },
      { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
    ),
  ).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: there });
  expect(await get()).toEqual(there);
});

test('a get returns the attributes that its projection names', async () => {
  const { client, put } = await open();
  const list: AttributeValue = { L: [{ S: 'zero' }, { S: 'one' }, { M: { x: { S: 'two' } } }] };
  await put({ ...Key, list, parts: { M: { a: { S: '1' }, b: { S: '2' } } }, other: { S: 'o' } });
  const get = async (ProjectionExpression: string, more = {}) =>
    (await client.send(new GetItemCommand({ TableName, Key, ProjectionExpression, ...more }))).Item;

  expect(await get('id, parts.b, absent.x')).toEqual({ ...Key, parts: { M: { b: { S: '2' } } } });
  expect(await get('#l[2].x, #l[0]', { ExpressionAttributeNames: { '#l': 'list' } })).toEqual({
    list: { L: [{ S: 'zero' }, { M: { x: { S: 'two' } } }] },
  });
  await expect(get('parts, parts.b')).rejects.toEqual(
    invalid(
      /Two document paths overlap with each other.*path one: \[parts\], path two: \[parts, b\]/,
    ),
  );
});

test('a key must have exactly the attributes of the table, of their types', async () => {
  const { client } = await start();
  await createRows(client);
  const get = (key: Record<string, AttributeValue>) =>
    client.send(new GetItemCommand({ TableName: 'rows', Key: key }));
  const mismatch = invalid('The provided key element does not match the schema');

  await expect(get({ pk: { S: 'a' } })).rejects.toEqual(mismatch);
  await expect(get({ pk: { S: 'a' }, sk: { N: '1' } })).rejects.toEqual(mismatch);
  await expect(get({ pk: { S: 'a' }, sk: { S: 'b' }, x: { S: 'c' } })).rejects.toEqual(mismatch);
  expect((await get({ pk: { S: 'a' }, sk: { S: 'b' } })).Item).toBeUndefined();
});

test('the error about a missing table names it', async () => {
  const { client } = await start();
  const get = (table: string) => client.send(new GetItemCommand({ TableName: table, Key }));

  await expect(get('nowhere')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found',
  });
  await expect(get('no')).rejects.toEqual(invalid('between 3 and 255 characters'));
});

test('a legacy parameter is refused by name, with what to use instead', async () => {
  const { client, put } = await open();
  await expect(put(Key, { Expected: { id: { Exists: false } } })).rejects.toEqual(
    invalid('The legacy parameter Expected is not supported.*use an expression'),
  );
  const update = (client: DynamoDBClient) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        AttributeUpdates: { n: { Action: 'ADD', Value: { N: '1' } } },
      }),
    );
  await expect(update(client)).rejects.toEqual(invalid('legacy parameter AttributeUpdates'));
});
