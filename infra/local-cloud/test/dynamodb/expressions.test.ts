import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningDynamodb, startDynamodb } from '../../emulators/dynamodb/start-dynamodb.ts';
import { createThings } from './dynamodb-harness.ts';

const TableName = 'things';
const Key = { id: { S: 'a' } };
let running: RunningDynamodb;
let client: DynamoDBClient;

beforeAll(async () => {
  running = await startDynamodb({ port: 0 });
  client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: running.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  await createThings(client);
});
afterAll(async () => {
  client.destroy();
  await running.stop();
});

type Values = Record<string, AttributeValue>;
const item: Values = {
  ...Key,
  n: { N: '10' },
  s: { S: 'hello' },
  b: { B: Uint8Array.of(1, 2, 3) },
  yes: { BOOL: true },
  nil: { NULL: true },
  words: { SS: ['x', 'y'] },
  nums: { NS: ['1', '2'] },
  l: { L: [{ S: 'zero' }, { N: '1' }, { M: { deep: { S: 'down' } } }] },
  m: { M: { a: { N: '1' }, 'dotted.name': { S: 'dot' } } },
};
beforeEach(() => client.send(new PutItemCommand({ TableName, Item: item })));

const used = (text: string, all: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(text)));
const orNothing = <T extends object>(record: T) =>
  Object.keys(record).length ? record : undefined;

const allValues: Values = {
  ':n10': { N: '10' },
  ':n9': { N: '9' },
  ':n100': { N: '100' },
  ':hello': { S: 'hello' },
  ':hel': { S: 'hel' },
  ':zz': { S: 'zz' },
  ':bytes': { B: Uint8Array.of(1, 2) },
  ':yes': { BOOL: true },
  ':null': { NULL: true },
  ':yx': { SS: ['y', 'x'] },
  ':x': { S: 'x' },
  ':one': { N: '1' },
  ':five': { N: '5' },
  ':list': { L: [{ S: 'more' }] },
  ':map': { M: { k: { S: 'v' } } },
  ':tS': { S: 'S' },
  ':tL': { S: 'L' },
  ':bad': { S: 'text' },
  ':nset': { NS: ['2', '3'] },
  ':xs': { SS: ['x'] },
};
const allNames = { '#dot': 'dotted.name', '#size': 'size', '#n': 'n', '#status': 'status' };

const holds = async (ConditionExpression: string): Promise<boolean> => {
  const sent = client.send(
    new PutItemCommand({
      TableName,
      Item: item,
      ConditionExpression,
      ExpressionAttributeNames: orNothing(used(ConditionExpression, allNames) as never),
      ExpressionAttributeValues: orNothing(used(ConditionExpression, allValues) as never),
    }),
  );
  return sent.then(
    () => true,
    (error: Error) => {
      if (error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
};

const update = async (UpdateExpression: string): Promise<Values> => {
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression,
      ExpressionAttributeNames: orNothing(used(UpdateExpression, allNames) as never),
      ExpressionAttributeValues: orNothing(used(UpdateExpression, allValues) as never),
    }),
  );
  return (await client.send(new GetItemCommand({ TableName, Key }))).Item ?? {};
};

describe('a condition holds', () => {
  test.each([
    'n = :n10',
    'n <> :n9',
    'n > :n9',
    'n < :n100', // as numbers, not as text
    'n BETWEEN :n9 AND :n100',
    'n IN (:n9, :n10)',
    's >= :hello',
    's < :zz',
    'begins_with(s, :hel)',
    'begins_with(b, :bytes)',
    'contains(s, :hel)',
    'contains(words, :x)',
    'contains(nums, :one)',
    'contains(l, :one)',
    'words = :yx', // sets have no order
    'yes = :yes',
    'nil = :null',
    'attribute_exists(m.a)',
    'attribute_exists(m.#dot)',
    'attribute_not_exists(m.b)',
    'attribute_exists(l[2].deep)',
    'attribute_not_exists(l[3])',
    'attribute_not_exists(s.inside)',
    'attribute_type(s, :tS)',
    'attribute_type(l, :tL)',
    'size(s) = :five',
    'size(l) > :one',
    'absent <> :n10',
    'NOT absent = :n10',
    'NOT n = :n9 AND s = :hello',
    'n = :n9 OR n = :n10 AND s = :hello',
    '(n = :n9 OR n = :n10) AND (s = :hello)',
    '#n = :n10 and not (s = :zz)',
    'n BETWEEN :n9 AND :n10 AND s = :hello',
    'm.a < n',
  ])('%s', async (condition) => {
    expect(await holds(condition)).toBe(true);
  });
});

describe('a condition does not hold', () => {
  test.each([
    'n = :hello',
    'n < :n9',
    's < :n100', // of different types
    'absent = :n10',
    'absent < :n10',
    'n = :n9 AND (n = :n10 OR s = :hello)',
    'attribute_not_exists(id)',
    'contains(s, :one)',
    'contains(words, :hel)',
    'begins_with(n, :hel)',
    'size(n) = :one',
    'attribute_type(n, :tS)',
    'toString = :x',
  ])('%s', async (condition) => {
    expect(await holds(condition)).toBe(false);
  });
});

describe('a condition is refused', () => {
  test.each([
    ['status = :x', 'Attribute name is a reserved keyword; reserved keyword: status'],
    ['size = :x', 'reserved keyword: size'],
    ['#unknown = :x', 'attribute name used in the document path is not defined.*#unknown'],
    ['n = :unknown', 'attribute value used in expression is not defined.*:unknown'],
    ['n == :n10', 'Syntax error; token: "="'],
    ['n =', 'Syntax error; token: "<EOF>"'],
    ['n = :n10 AND', 'Syntax error; token: "<EOF>"'],
    ['(n = :n10', 'Syntax error; token: "<EOF>"'],
    ['n ~ :n10', 'Syntax error; token: "~"'],
    ['n', 'Syntax error'],
    ['', 'The expression can not be empty'],
    ['exists(n)', 'Invalid function name; function: exists'],
    ['attribute_exists(n, s)', 'Incorrect number of operands.*attribute_exists'],
    ['attribute_exists(:x)', 'requires a document path.*attribute_exists'],
    ['begins_with(s, :n10)', 'Incorrect operand type.*begins_with, operand type: N'],
    ['n < :yes', 'Incorrect operand type.*operator or function: <, operand type: BOOL'],
    ['attribute_type(n, :hello)', 'Invalid attribute type name found; type: hello'],
    ['n = n', 'The first operand must be distinct'],
    ['n BETWEEN :n100 AND :n9', 'upper bound to be greater than or equal to lower bound'],
    ['n BETWEEN :n9 AND :x', 'requires same data type'],
    ['if_not_exists(n, :x) = :x', 'not allowed in a condition expression'],
  ])('%s: %s', async (condition, message) => {
    await expect(holds(condition)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    [{ ':x': { S: 'x' }, ':y': { S: 'y' } }, undefined, 'AttributeValues unused.*keys: {:y}'],
    [{ ':x': { S: 'x' } }, { '#y': 'y' }, 'AttributeNames unused.*keys: {#y}'],
    [{ ':x': { S: 'x' } }, {}, 'ExpressionAttributeNames must not be empty'],
    [{ x: { S: 'x' } }, undefined, 'ExpressionAttributeValues contains invalid key'],
    [{ ':x': { SS: [] } }, undefined, 'contains invalid value.*may not be empty for key :x'],
  ])('with placeholders %j and %j: %s', async (values, names, message) => {
    const sent = client.send(
      new PutItemCommand({
        TableName,
        Item: item,
        ConditionExpression: 's = :x',
        ExpressionAttributeValues: values as Values,
        ExpressionAttributeNames: names,
      }),
    );
    await expect(sent).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test('placeholders without any expression are refused', async () => {
    const sent = client.send(
      new PutItemCommand({ TableName, Item: item, ExpressionAttributeNames: { '#a': 'a' } }),
    );
    await expect(sent).rejects.toMatchObject({
      message: 'ExpressionAttributeNames can only be specified when using expressions',
    });
  });
});

describe('an update', () => {
  const changed = (changes: Values) => ({ ...item, ...changes });
  const without = (name: string) => {
    const { [name]: _, ...rest } = item;
    return rest;
  };
  test.each<[string, Values]>([
    ['SET s = :zz', changed({ s: { S: 'zz' } })],
    ['SET n = n + :one', changed({ n: { N: '11' } })],
    ['SET n = n - :n100', changed({ n: { N: '-90' } })],
    ['SET fresh = if_not_exists(fresh, :one) + :five', changed({ fresh: { N: '6' } })],
    ['SET n = if_not_exists(n, :one)', item],
    ['SET m.a = :x', changed({ m: { M: { a: { S: 'x' }, 'dotted.name': { S: 'dot' } } } })],
    ['SET m.#dot = :x', changed({ m: { M: { a: { N: '1' }, 'dotted.name': { S: 'x' } } } })],
    ['SET n = s, s = n', changed({ n: { S: 'hello' }, s: { N: '10' } })], // both as they were
    [
      'SET l[1] = :x',
      changed({ l: { L: [{ S: 'zero' }, { S: 'x' }, item['l']?.L?.[2] as AttributeValue] } }),
    ],
    ['SET l[9] = :x', changed({ l: { L: [...(item['l']?.L ?? []), { S: 'x' }] } })],
    [
      'SET l = list_append(:list, l)',
      changed({ l: { L: [{ S: 'more' }, ...(item['l']?.L ?? [])] } }),
    ],
    [
      'SET l[2].deep = :map',
      changed({ l: { L: [{ S: 'zero' }, { N: '1' }, { M: { deep: { M: { k: { S: 'v' } } } } }] } }),
    ],
    ['REMOVE s', without('s')],
    ['REMOVE absent', item],
    ['REMOVE l[0], l[2]', changed({ l: { L: [{ N: '1' }] } })],
    ['REMOVE m.a', changed({ m: { M: { 'dotted.name': { S: 'dot' } } } })],
    ['ADD n :five', changed({ n: { N: '15' } })],
    ['ADD fresh :five', changed({ fresh: { N: '5' } })],
    ['ADD nums :nset', changed({ nums: { NS: ['1', '2', '3'] } })],
    ['DELETE words :xs', changed({ words: { SS: ['y'] } })],
    ['DELETE words :yx', without('words')], // a set is never empty
    ['DELETE absent :xs', item],
    [
      'SET s = :zz REMOVE b ADD n :one DELETE words :xs',
      (() => {
        const { b: _, ...rest } = changed({ s: { S: 'zz' }, n: { N: '11' }, words: { SS: ['y'] } });
        return rest;
      })(),
    ],
  ])('%s', async (expression, wanted) => {
    expect(await update(expression)).toEqual(wanted);
  });

  test.each([
    ['SET id = :x', 'Cannot update attribute id. This attribute is part of the key'],
    ['SET status = :x', 'Attribute name is a reserved keyword; reserved keyword: status'],
    ['SET n = absent + :one', 'refers to an attribute that does not exist in the item'],
    ['SET n = s + :one', 'An operand in the update expression has an incorrect data type'],
    [
      'SET n = n + :x',
      'Incorrect operand type for operator or function; operator or function: \\+',
    ],
    ['SET absent.a = :x', 'document path provided in the update expression is invalid for update'],
    ['SET s.a = :x', 'document path provided in the update expression is invalid for update'],
    ['SET n = list_append(n, :list)', 'incorrect data type'],
    ['SET n = :x, n = :one', 'Two document paths overlap'],
    ['SET m = :map REMOVE m.a', 'Two document paths overlap'],
    ['SET n = :x SET s = :x', 'The "SET" section can only be used once'],
    ['ADD s :one', 'An operand in the update expression has an incorrect data type'],
    [
      'ADD n :x',
      'Incorrect operand type for operator or function; operator: ADD, operand type: STRING',
    ],
    ['DELETE words :one', 'operator: DELETE, operand type: NUMBER'],
    ['SET n :x', 'Syntax error; token: ":x"'],
    ['PUT n = :x', 'Syntax error; token: "PUT"'],
    ['SET n = size(s)', 'not allowed in an update expression; function: size'],
  ])('is refused: %s: %s', async (expression, message) => {
    await expect(update(expression)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test('creates a missing item from its key and the set attributes', async () => {
    const key = { id: { S: 'new' } };
    const { Attributes } = await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ ...key, n: { N: '1' } });
  });

  test('of more than 4 kB of expression is refused', async () => {
    const expression = `REMOVE ${Array.from({ length: 900 }, (_, n) => `a${n}`).join(', ')}`;
    await expect(update(expression)).rejects.toMatchObject({
      message: expect.stringContaining('Expression size has exceeded'),
    });
  });
});
