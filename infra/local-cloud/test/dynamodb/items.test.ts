import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createRows, start } from './dynamodb-harness.ts';
import { invalid, Key, open, TableName } from './item-fixtures.ts';

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
