import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { innerDynalite } from '#infra/local/emulators/dynamodb/inner-dynalite.ts';
import { tableKeys } from '#infra/local/emulators/dynamodb/key-names.ts';
import { requestTokens } from '#infra/local/emulators/dynamodb/request-tokens.ts';
import { settledTable } from '#infra/local/emulators/dynamodb/settled-table.ts';
import { transactions } from '#infra/local/emulators/dynamodb/transactions.ts';
import { noJournal } from '#infra/local/emulators/dynamodb/undo-journal.ts';
import { startDynamodb } from '#infra/local/emulators/dynamodb.ts';

let isConflict = false;
let running: Awaited<ReturnType<typeof startDynamodb>>;
let dynamodb: DynamoDBClient;
let count = 0;
let table = '';

beforeAll(async () => {
  running = await startDynamodb({ port: 0, conflict: () => isConflict });
  dynamodb = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: running.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  dynamodb.destroy();
  await running.stop();
});
beforeEach(async () => {
  isConflict = false;
  table = `things-${++count}`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
});

const put = (id: string, condition?: string): TransactWriteItem => ({
  Put: {
    TableName: table,
    Item: { id: { S: id }, by: { S: 'transaction' } },
    ...(condition ? { ConditionExpression: condition } : {}),
  },
});
const add = (id: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: { id: { S: id } },
    UpdateExpression: 'ADD seen :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});
const write = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  dynamodb.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const itemOf = async (id: string) =>
  (await dynamodb.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }))).Item;
const refusalOf = async (sent: Promise<unknown>): Promise<TransactionCanceledException> => {
  const error = await sent.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof TransactionCanceledException) return error;
  throw new Error(`expected a cancelled transaction, got ${String(error)}`);
};

test('puts, updates, deletes and checks together', async () => {
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'old' } } }));
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'there' } } }));

  await write([
    put('new', 'attribute_not_exists(id)'),
    add('counted'),
    { Delete: { TableName: table, Key: { id: { S: 'old' } } } },
    {
      ConditionCheck: {
        TableName: table,
        Key: { id: { S: 'there' } },
        ConditionExpression: 'attribute_exists(id)',
      },
    },
    {
      ConditionCheck: {
        TableName: table,
        Key: { id: { S: 'absent' } },
        ConditionExpression: 'attribute_not_exists(id)',
      },
    },
  ]);

  expect(await itemOf('new')).toEqual({ id: { S: 'new' }, by: { S: 'transaction' } });
  expect(await itemOf('counted')).toEqual({ id: { S: 'counted' }, seen: { N: '1' } });
  expect(await itemOf('old')).toBeUndefined();
  expect(await itemOf('there')).toEqual({ id: { S: 'there' } });
  expect(await itemOf('absent')).toBeUndefined();
});

test('changes nothing when one condition fails, and says which, with the old item', async () => {
  const there = { id: { S: 'there' }, by: { S: 'somebody' } };
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: there }));
  const refused = put('there', 'attribute_not_exists(id)');
  if (refused.Put) refused.Put.ReturnValuesOnConditionCheckFailure = 'ALL_OLD';

  const error = await refusalOf(write([add('counted'), refused, put('new')]));

  expect(error.CancellationReasons).toEqual([
    { Code: 'None' },
    { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: there },
    { Code: 'None' },
  ]);
  expect(await itemOf('counted')).toBeUndefined();
  expect(await itemOf('new')).toBeUndefined();
  expect(await itemOf('there')).toEqual(there);
});

test('does a transaction once when it is sent twice with one token', async () => {
  await write([add('counted')], 'token-1');
  await write([add('counted')], 'token-1');

  expect(await itemOf('counted')).toMatchObject({ seen: { N: '1' } });
});

test('refuses a token that came with other items before', async () => {
  await write([add('counted')], 'token-2');

  await expect(write([add('other')], 'token-2')).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

test('does not remember the token of a transaction that failed', async () => {
  const items = () => [put('once', 'attribute_exists(gate)'), add('counted')];
  await refusalOf(write(items(), 'token-3'));
  const gate = { id: { S: 'once' }, gate: { BOOL: true } };
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: gate }));

  await write(items(), 'token-3');

  expect(await itemOf('counted')).toMatchObject({ seen: { N: '1' } });
});

test('keeps counters exact while transactions and plain updates compete', async () => {
  const plain = () =>
    dynamodb.send(
      new UpdateItemCommand({
        TableName: table,
        Key: { id: { S: 'left' } },
        UpdateExpression: 'ADD seen :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
  const failing = () => refusalOf(write([add('left'), put('x', 'attribute_exists(nothing)')]));

  await Promise.all([
    ...Array.from({ length: 150 }, () => write([add('left'), add('right')])),
    ...Array.from({ length: 50 }, plain),
    ...Array.from({ length: 50 }, failing),
  ]);

  expect(await itemOf('left')).toMatchObject({ seen: { N: '200' } });
  expect(await itemOf('right')).toMatchObject({ seen: { N: '150' } });
});

test('reads several items at one moment', async () => {
  await write([put('a'), put('b')]);

  const Get = (id: string) => ({ Get: { TableName: table, Key: { id: { S: id } } } });
  const { Responses } = await dynamodb.send(
    new TransactGetItemsCommand({ TransactItems: [Get('a'), Get('nobody'), Get('b')] }),
  );

  expect(Responses?.map(({ Item }) => Item?.['id']?.S)).toEqual(['a', undefined, 'b']);
});

test('refuses what AWS refuses: one item twice, no items, no key, no such table, no such expression', async () => {
  const invalid = { name: 'ValidationException' };
  const keyless = { Put: { TableName: table, Item: { other: { S: 'a' } } } };
  await expect(write([add('b'), keyless])).rejects.toMatchObject(invalid);
  await expect(write([add('a'), put('a')])).rejects.toMatchObject(invalid);
  await expect(write([])).rejects.toMatchObject(invalid);
  const gone = { Delete: { TableName: 'nowhere', Key: { id: { S: 'a' } } } };
  await expect(write([gone])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const reserved = put('a', 'status = status');
  await expect(write([add('b'), reserved])).rejects.toMatchObject(invalid);
  expect(await itemOf('b')).toBeUndefined();
});

test('calls an update that does not fit its item by its place', async () => {
  await dynamodb.send(
    new PutItemCommand({ TableName: table, Item: { id: { S: 'text' }, seen: { S: 'many' } } }),
  );

  const error = await refusalOf(write([put('new'), add('text')]));

  expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ValidationError']);
  expect(await itemOf('new')).toBeUndefined();
});

test('can be told to answer with a conflict, as AWS does when transactions meet', async () => {
  isConflict = true;

  const error = await refusalOf(write([put('a'), put('b')]));

  expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual([
    'TransactionConflict',
    'None',
  ]);
  expect(await itemOf('b')).toBeUndefined();
});

test('puts back what a transaction did when one of its writes breaks, and goes on', async () => {
  const { ask } = await innerDynalite();
  const keys = tableKeys(ask);
  const definition = {
    TableName: table,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  };
  await ask('CreateTable', definition);
  await settledTable(ask, definition);
  const { write: writeAll } = transactions({
    ask: async (operation, input) => {
      if (JSON.stringify(input).includes('REMOVE')) throw new Error('dynalite stumbled');
      return ask(operation, input);
    },
    keyNamesOf: keys.of,
    journal: noJournal,
    refuseWrites: () => expect.unreachable(),
    tokens: requestTokens(),
    conflict: () => false,
    afterWrite: () => {},
  });
  const stumbling: TransactWriteItem = {
    Update: { TableName: table, Key: { id: { S: 'b' } }, UpdateExpression: 'REMOVE seen' },
  };

  await expect(writeAll({ TransactItems: [put('a'), stumbling] })).rejects.toThrow('stumbled');

  const left = await ask('Scan', { TableName: table });
  expect(left.body).toMatchObject({ Count: 0 });
  expect(await writeAll({ TransactItems: [put('a')] })).toMatchObject({ status: 200 });
});
