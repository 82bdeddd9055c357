import {
  type AttributeValue,
  getType,
  type Item,
  setMembers,
} from '../attributes/attribute-value.ts';
import { areEqual, compareValues } from '../attributes/compare-values.ts';
import { valueAt } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import type { CompareOperator, Condition, FunctionName, Operand } from './syntax.ts';

/** Whether an item (an empty one, where there is none) meets a condition. */
export const meets = (item: Item, condition: Condition, placeholders: Placeholders): boolean => {
  const holds = (inner: Condition) => meets(item, inner, placeholders);
  const resolve = (operand: Operand) => operandValue(item, operand, placeholders);
  switch (condition.kind) {
    case 'and':
      return holds(condition.left) && holds(condition.right);
    case 'or':
      return holds(condition.left) || holds(condition.right);
    case 'not':
      return !holds(condition.condition);
    case 'compare':
      return compares(condition.operator, resolve(condition.left), resolve(condition.right));
    case 'between': {
      const value = resolve(condition.operand);
      return (
        compares('>=', value, resolve(condition.low)) &&
        compares('<=', value, resolve(condition.high))
      );
    }
    case 'in': {
      const value = resolve(condition.operand);
      return condition.list.some((operand) => compares('=', value, resolve(operand)));
    }
    case 'function': {
      const [first, second] = condition.operands.map(resolve);
      return functions[condition.name](first, second);
    }
  }
};

const operandValue = (
  item: Item,
  operand: Operand,
  placeholders: Placeholders,
): AttributeValue | undefined => {
  switch (operand.kind) {
    case 'value':
      return placeholders.value(operand.placeholder);
    case 'path':
      return valueAt(item, placeholders.path(operand.path));
    case 'size': {
      const size = measureSize(valueAt(item, placeholders.path(operand.path)));
      return size === undefined ? undefined : { N: String(size) };
    }
    default:
      return undefined; // what only an update computes
  }
};

const compares = (
  operator: CompareOperator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean => {
  // An attribute that is not there differs from every value, and is neither less nor greater.
  if (!left || !right) return operator === '<>';
  if (operator === '=') return areEqual(left, right);
  if (operator === '<>') return !areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
};

type Test = (first: AttributeValue | undefined, second: AttributeValue | undefined) => boolean;

const functions: Record<FunctionName, Test> = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  attribute_type: (value, type) =>
    value !== undefined && type !== undefined && 'S' in type && getType(value) === type.S,
  begins_with: (value, prefix) => {
    if (!value || !prefix) return false;
    if ('S' in value && 'S' in prefix) return value.S.startsWith(prefix.S);
    if (!('B' in value) || !('B' in prefix)) return false;
    const start = Buffer.from(prefix.B, 'base64');
    return Buffer.from(value.B, 'base64').subarray(0, start.length).equals(start);
  },
  contains: (value, wanted) => {
    if (!value || !wanted) return false;
    if ('S' in value) return 'S' in wanted && value.S.includes(wanted.S);
    if ('B' in value)
      return (
        'B' in wanted && Buffer.from(value.B, 'base64').includes(Buffer.from(wanted.B, 'base64'))
      );
    if ('L' in value) return value.L.some((member) => areEqual(member, wanted));
    const memberType = getType(value).charAt(0); // of SS, NS and BS
    const [type, text] = Object.entries(wanted)[0] ?? [];
    return type === memberType && (setMembers(value)?.includes(String(text)) ?? false);
  },
};

const measureSize = (value: AttributeValue | undefined): number | undefined => {
  if (!value) return undefined;
  if ('S' in value) return value.S.length;
  if ('B' in value) return Buffer.from(value.B, 'base64').length;
  if ('L' in value) return value.L.length;
  if ('M' in value) return Object.keys(value.M).length;
  return setMembers(value)?.length;
};
