import { type AttributeValue, getType } from '../attributes/attribute-value.ts';
import { invalidParameter, validationError } from '../dynamodb-error.ts';
import type { KeyAttribute, KeySchema } from '../storage/table-definition.ts';
import { checkCondition } from './check-condition.ts';
import type { Placeholders } from './placeholders.ts';
import type { CompareOperator, Condition, Operand } from './syntax.ts';

export type RangeCondition =
  | { operator: Exclude<CompareOperator, '<>'> | 'begins_with'; value: AttributeValue }
  | { operator: 'between'; low: AttributeValue; high: AttributeValue };
export type KeyCondition = { hash: AttributeValue; range: RangeCondition | undefined };

const parameter = 'KeyConditionExpression';

/** What a KeyConditionExpression requires of the hash key and, optionally, of the range key. */
export const readKeyCondition = (
  condition: Condition,
  placeholders: Placeholders,
  schema: KeySchema,
): KeyCondition => {
  checkCondition(parameter, condition, placeholders);
  let hash: AttributeValue | undefined;
  let range: RangeCondition | undefined;
  for (const part of conjuncts(condition)) {
    const { name, test } = readPart(part, placeholders);
    if (name === schema.hash.name) {
      if (hash) throw onlyOne();
      if (test.operator !== '=') throw validationError('Query key condition not supported');
      hash = checkType(test.value, schema.hash);
    } else if (name === schema.range?.name) {
      if (range) throw onlyOne();
      if (test.operator === 'between') {
        checkType(test.low, schema.range);
        checkType(test.high, schema.range);
      } else checkType(test.value, schema.range);
      if (test.operator === 'begins_with' && schema.range.type === 'N')
        throw validationError('Query key condition not supported');
      range = test;
    } else throw missedKey(hash ? (schema.range?.name ?? schema.hash.name) : schema.hash.name);
  }
  if (!hash) throw missedKey(schema.hash.name);
  return { hash, range };
};

const onlyOne = () =>
  validationError(
    'Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key',
  );
const missedKey = (name: string) =>
  validationError(`Query condition missed key schema element: ${name}`);

const conjuncts = (condition: Condition): Condition[] =>
  condition.kind === 'and'
    ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
    : [condition];

const readPart = (
  part: Condition,
  placeholders: Placeholders,
): { name: string; test: RangeCondition } => {
  const readName = (operand: Operand | undefined): string => {
    if (operand?.kind !== 'path') throw validationError('Query key condition not supported');
    const path = placeholders.path(operand.path);
    if (path.length > 1)
      throw validationError(
        `Invalid ${parameter}: KeyConditionExpressions cannot have conditions on nested attributes`,
      );
    return String(path[0]);
  };
  const resolve = (operand: Operand | undefined): AttributeValue => {
    if (operand?.kind === 'value') return placeholders.value(operand.placeholder);
    throw validationError(`Invalid ${parameter}: Invalid operand used in KeyConditionExpression`);
  };
  const unsupported = (operator: string) =>
    validationError(`Invalid ${parameter}: Invalid operator used in ${parameter}: ${operator}`);
  switch (part.kind) {
    case 'compare': {
      const { operator } = part;
      if (operator === '<>') throw unsupported(operator);
      return { name: readName(part.left), test: { operator, value: resolve(part.right) } };
    }
    case 'between': {
      const [low, high] = [resolve(part.low), resolve(part.high)];
      return { name: readName(part.operand), test: { operator: 'between', low, high } };
    }
    case 'function': {
      const [path, value] = part.operands;
      if (part.name !== 'begins_with') throw unsupported(part.name);
      return { name: readName(path), test: { operator: 'begins_with', value: resolve(value) } };
    }
    default:
      throw unsupported(part.kind.toUpperCase());
  }
};

const checkType = (value: AttributeValue, { type, name }: KeyAttribute): AttributeValue => {
  if (getType(value) !== type)
    throw invalidParameter('Condition parameter type does not match schema type');
  if ((type === 'S' || type === 'B') && Object.values(value)[0] === '')
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
    );
  return value;
};
