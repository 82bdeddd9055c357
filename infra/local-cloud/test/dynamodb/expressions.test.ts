import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { shareThings } from './dynamodb-harness.ts';
import { holds, item, storeItem, type Values } from './expression-fixtures.ts';

const TableName = 'things';
const things = shareThings();

beforeEach(() => storeItem(things.client));

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
    expect(await holds(things.client, condition)).toBe(true);
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
    expect(await holds(things.client, condition)).toBe(false);
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
    await expect(holds(things.client, condition)).rejects.toMatchObject({
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
    const sent = things.client.send(
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
    const sent = things.client.send(
      new PutItemCommand({ TableName, Item: item, ExpressionAttributeNames: { '#a': 'a' } }),
    );
    await expect(sent).rejects.toMatchObject({
      message: 'ExpressionAttributeNames can only be specified when using expressions',
    });
  });
});
