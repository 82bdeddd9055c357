import {
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createThings, emptyFolder, start } from './dynamodb-harness.ts';

const TableName = 'things';

/** A server with the table `things`, and short ways to ask it. */
const open = async (options: Parameters<typeof start>[0] = {}) => {
  const { client, stop } = await start(options);
  await createThings(client).catch(() => {}); // it is there already after a restart
  return {
    client,
    stop,
    write: (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
      client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken })),
    readItem: async (id: string) =>
      (await client.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item,
    putItem: (Item: Record<string, { S: string } | { BOOL: boolean }>) =>
      client.send(new PutItemCommand({ TableName, Item })),
  };
};

const put = (id: string, condition?: string): TransactWriteItem => ({
  Put: {
    TableName,
    Item: { id: { S: id }, by: { S: 'transaction' } },
    ...(condition && { ConditionExpression: condition }),
  },
});
const add = (id: string): TransactWriteItem => ({
  Update: {
    TableName,
    Key: { id: { S: id } },
    UpdateExpression: 'ADD seen :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});
const check = (id: string, condition: string): TransactWriteItem => ({
  ConditionCheck: { TableName, Key: { id: { S: id } }, ConditionExpression: condition },
});
const catchRefusal = async (sent: Promise<unknown>): Promise<TransactionCanceledException> => {
  const error = await sent.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof TransactionCanceledException) return error;
  throw new Error(`expected a cancelled transaction, got ${String(error)}`);
};

test('a transaction puts, updates, deletes and checks together', async () => {
  const { write, readItem, putItem } = await open();
  await putItem({ id: { S: 'old' } });
  await putItem({ id: { S: 'there' } });

  await write([
    put('new', 'attribute_not_exists(id)'),
    add('counted'),
    { Delete: { TableName, Key: { id: { S: 'old' } } } },
    check('there', 'attribute_exists(id)'),
    check('absent', 'attribute_not_exists(id)'),
  ]);

  expect(await readItem('new')).toEqual({ id: { S: 'new' }, by: { S: 'transaction' } });
  expect(await readItem('counted')).toEqual({ id: { S: 'counted' }, seen: { N: '1' } });
  expect(await readItem('old')).toBeUndefined();
  expect(await readItem('there')).toEqual({ id: { S: 'there' } });
  expect(await readItem('absent')).toBeUndefined();
});

test('a transaction changes nothing when one condition fails, and returns which, with the old item', async () => {
  const { write, readItem, putItem } = await open();
  const there = { id: { S: 'there' }, by: { S: 'another' } };
  await putItem(there);
  const refused = put('there', 'attribute_not_exists(id)');
  if (refused.Put) refused.Put.ReturnValuesOnConditionCheckFailure = 'ALL_OLD';

  const error = await catchRefusal(write([add('counted'), refused, put('new')]));

  expect(error.message).toBe(
    'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]',
  );
  expect(error.CancellationReasons).toEqual([
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: there },
    { Code: 'None' },
  ]);
  expect(await readItem('counted')).toBeUndefined();
  expect(await readItem('new')).toBeUndefined();
  expect(await readItem('there')).toEqual(there);
});

test('a transaction sent twice with one token is applied once', async () => {
  const { write, readItem } = await open();

  await write([add('counted')], 'token-1');
  await write([add('counted')], 'token-1');

  expect(await readItem('counted')).toMatchObject({ seen: { N: '1' } });
});

test('a transaction sent again after a restart is applied once', async () => {
  const folder = emptyFolder();
  const first = await open({ folder });
  await first.write([add('counted')], 'token-1');
  await first.stop();

  const second = await open({ folder });
  await second.write([add('counted')], 'token-1');

  expect(await second.readItem('counted')).toMatchObject({ seen: { N: '1' } });
});

test('a request token expires after ten minutes', async () => {
  let now = Date.now();
  const { write, readItem } = await open({ now: () => now });
  await write([add('counted')], 'token-1');

  now += 10 * 60 * 1000 + 1;
  await write([add('counted')], 'token-1');

  expect(await readItem('counted')).toMatchObject({ seen: { N: '2' } });
});

test('a request token that was used with other items is refused', async () => {
  const { write } = await open();
  await write([add('counted')], 'token-2');

  await expect(write([add('other')], 'token-2')).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

test('the request token of a failed transaction is not stored', async () => {
  const { write, readItem, putItem } = await open();
  const items = () => [put('once', 'attribute_exists(is_ready)'), add('counted')];
  await catchRefusal(write(items(), 'token-3'));
  await putItem({ id: { S: 'once' }, is_ready: { BOOL: true } });

  await write(items(), 'token-3');

  expect(await readItem('counted')).toMatchObject({ seen: { N: '1' } });
});

test('counters stay exact while transactions and plain updates compete', async () => {
  const { client, write, readItem } = await open();
  const plain = () =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: 'left' } },
        UpdateExpression: 'ADD seen :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  const failing = () => catchRefusal(write([add('left'), put('x', 'attribute_exists(nothing)')]));

  await Promise.all([
    ...Array.from({ length: 150 }, () => write([add('left'), add('right')])),
    ...Array.from({ length: 50 }, plain),
    ...Array.from({ length: 50 }, failing),
  ]);

  expect(await readItem('left')).toMatchObject({ seen: { N: '200' } });
  expect(await readItem('right')).toMatchObject({ seen: { N: '150' } });
});

test('TransactGetItems reads several items consistently, each with its projection', async () => {
  const { client, write } = await open();
  await write([put('a'), put('b')]);

  const get = (id: string, ProjectionExpression?: string) => ({
    Get: { TableName, Key: { id: { S: id } }, ProjectionExpression },
  });
  const { Responses } = await client.send(
    new TransactGetItemsCommand({ TransactItems: [get('a', 'id'), get('absent'), get('b')] }),
  );

  expect(Responses?.map(({ Item }) => Item)).toEqual([
    { id: { S: 'a' } },
    undefined,
    { id: { S: 'b' }, by: { S: 'transaction' } },
  ]);
});

test('a transaction is refused as on AWS: an item twice, no items, no key, no table, a bad expression', async () => {
  const { write, readItem } = await open();
  const invalid = { name: 'ValidationException' };
  const keyless = { Put: { TableName, Item: { other: { S: 'a' } } } };
  await expect(write([add('b'), keyless])).rejects.toMatchObject(invalid);
  await expect(write([add('a'), put('a')])).rejects.toMatchObject({
    ...invalid,
    message: 'Transaction request cannot include multiple operations on one item',
  });
  await expect(write([])).rejects.toMatchObject(invalid);
  await expect(
    write(Array.from({ length: 101 }, (_, n) => put(`item ${n}`))),
  ).rejects.toMatchObject(invalid);
  const gone = { Delete: { TableName: 'nowhere', Key: { id: { S: 'a' } } } };
  await expect(write([gone])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const reserved = put('a', 'status = status');
  await expect(write([add('b'), reserved])).rejects.toMatchObject(invalid);
  expect(await readItem('b')).toBeUndefined();
});

test('a transaction of more than 4 MB is refused', async () => {
  const { client, write } = await open();
  const large = (n: number): TransactWriteItem => ({
    Put: { TableName, Item: { id: { S: `${n}` }, ballast: { S: 'x'.repeat(390_000) } } },
  });

  await write(Array.from({ length: 10 }, (_, n) => large(n)));
  const refused = write(Array.from({ length: 11 }, (_, n) => large(n + 10)));

  await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
  const { Count } = await client.send(new ScanCommand({ TableName, Select: 'COUNT', Limit: 1 }));
  expect(Count).toBe(1);
});

test('an update that does not fit its item is reported at its position in the reasons', async () => {
  const { write, readItem, putItem } = await open();
  await putItem({ id: { S: 'text' }, seen: { S: 'many' } });

  const error = await catchRefusal(write([put('new'), add('text')]));

  expect(error.CancellationReasons).toEqual([
    { Code: 'None' },
    {
      Code: 'ValidationError',
      Message: 'An operand in the update expression has an incorrect data type',
    },
  ]);
  expect(await readItem('new')).toBeUndefined();
});
