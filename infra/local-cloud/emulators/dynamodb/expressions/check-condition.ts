import { type AttributeValue, getType, typeNames } from '../attributes/attribute-value.ts';
import { compareValues } from '../attributes/compare-values.ts';
import { validationError } from '../dynamodb-error.ts';
import { arePathsEqual, formatPath } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import type { Condition, FunctionName, Operand, Path } from './syntax.ts';

type Context = {
  parameter: string;
  placeholders: Placeholders;
  visit: (path: Path) => void;
};

/**
 * Throws what DynamoDB says of a condition whatever the item: operands of a type that the operator
 * never takes, bounds in the wrong order, an attribute compared with itself. `visit` is given each
 * path.
 */
export const checkCondition = (
  parameter: string,
  condition: Condition,
  placeholders: Placeholders,
  visit: (path: Path) => void = () => {},
): void => check(condition, { parameter, placeholders, visit });

const check = (condition: Condition, context: Context): void => {
  switch (condition.kind) {
    case 'and':
    case 'or':
      check(condition.left, context);
      check(condition.right, context);
      break;
    case 'not':
      check(condition.condition, context);
      break;
    case 'compare': {
      const { operator, left, right } = condition;
      if (operator !== '=' && operator !== '<>')
        checkTypes(operator, [left, right], 'SNB', context);
      checkDistinct(operator, left, right, context);
      visitPaths([left, right], context);
      break;
    }
    case 'between': {
      const { operand, low, high } = condition;
      checkTypes('BETWEEN', [operand, low, high], 'SNB', context);
      checkBounds(low, high, context);
      visitPaths([operand, low, high], context);
      break;
    }
    case 'in':
      for (const member of condition.list) checkDistinct('IN', condition.operand, member, context);
      visitPaths([condition.operand, ...condition.list], context);
      break;
    case 'function':
      checkFunction(condition.name, condition.operands, context);
      visitPaths(condition.operands, context);
  }
};

const refuse = ({ parameter }: Context, message: string) =>
  validationError(`Invalid ${parameter}: ${message}`);

const givenValue = (operand: Operand | undefined, { placeholders }: Context) =>
  operand?.kind === 'value' ? placeholders.value(operand.placeholder) : undefined;

/** `allowed` has the letters of the types that the operator takes. */
const checkTypes = (
  name: string,
  operands: readonly Operand[],
  allowed: string,
  context: Context,
): void => {
  for (const operand of operands) {
    const value = givenValue(operand, context);
    const type = value ? getType(value) : operand.kind === 'size' ? 'N' : undefined;
    if (type === undefined || (type.length === 1 && allowed.includes(type))) continue;
    throw refuse(
      context,
      `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
    );
  }
};

const checkDistinct = (
  name: string,
  first: Operand | undefined,
  second: Operand | undefined,
  context: Context,
): void => {
  if (first?.kind !== 'path' || second?.kind !== 'path') return;
  const path = context.placeholders.path(first.path);
  if (!arePathsEqual(path, context.placeholders.path(second.path))) return;
  throw refuse(
    context,
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${formatPath(path)}`,
  );
};

const checkBounds = (low: Operand, high: Operand, context: Context): void => {
  const [lower, upper] = [givenValue(low, context), givenValue(high, context)];
  if (!lower || !upper) return;
  const operands = `lower bound operand: AttributeValue: ${describe(lower)}, upper bound operand: AttributeValue: ${describe(upper)}`;
  if (getType(lower) !== getType(upper))
    throw refuse(
      context,
      `The BETWEEN operator requires same data type for lower and upper bounds; ${operands}`,
    );
  if ((compareValues(lower, upper) ?? 0) > 0)
    throw refuse(
      context,
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${operands}`,
    );
};

const checkFunction = (
  name: FunctionName,
  operands: readonly Operand[],
  context: Context,
): void => {
  const [first, second] = operands;
  if (name === 'begins_with') checkTypes(name, operands, 'SB', context);
  if (name === 'attribute_type' && second) {
    checkTypes(name, [second], 'S', context);
    const type = givenValue(second, context);
    if (type && 'S' in type && !typeNames.has(type.S))
      throw refuse(
        context,
        `Invalid attribute type name found; type: ${type.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      );
  }
  checkDistinct(name, first, second, context);
};

const visitPaths = (operands: readonly Operand[], { visit, placeholders }: Context): void => {
  for (const operand of operands) if ('path' in operand) visit(placeholders.path(operand.path));
};

const describe = (value: AttributeValue): string => {
  const [type, content] = Object.entries(value)[0] ?? [];
  return `{${type}:${String(content)}}`;
};
