import { type AttributeValue, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { shareThings } from './dynamodb-harness.ts';
import { item, storeItem, update, type Values } from './expression-fixtures.ts';

const TableName = 'things';
const things = shareThings();

beforeEach(() => storeItem(things.client));

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
    expect(await update(things.client, expression)).toEqual(wanted);
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
    await expect(update(things.client, expression)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test('creates a missing item from its key and the set attributes', async () => {
    const key = { id: { S: 'new' } };
    const { Attributes } = await things.client.send(
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
    await expect(update(things.client, expression)).rejects.toMatchObject({
      message: expect.stringContaining('Expression size has exceeded'),
    });
  });
});
