import {
  type AttributeValue,
  getAttribute,
  getType,
  type Item,
  setAttribute,
  setMembers,
} from '../attributes/attribute-value.ts';
import { addNumbers } from '../attributes/decimal.ts';
import { validationError } from '../dynamodb-error.ts';
import { getMember, valueAt } from './document-path.ts';
import type { Placeholders } from './placeholders.ts';
import type { Operand, Path, Update } from './syntax.ts';

/** Changes `after`, a copy of `before`, as the expression says; its operands are read in `before`. */
export const applyUpdate = (
  before: Item,
  after: Item,
  update: Update,
  placeholders: Placeholders,
): void => {
  const { path: toPath, value: toValue } = placeholders;
  const computed = update.set.map(({ path, operand }) => ({
    path: toPath(path),
    value: compute(before, operand, placeholders),
  }));
  // Elements behind the end of a list are appended in the order of their indexes.
  computed.sort((one, other) => lastIndex(one.path) - lastIndex(other.path));
  for (const { path, value } of computed) setAt(after, path, value);
  for (const { path, placeholder } of update.add) {
    const target = toPath(path);
    setAt(after, target, sumWith(valueAt(before, target), toValue(placeholder)));
  }
  for (const { path, placeholder } of update.delete) {
    const target = toPath(path);
    const left = without(valueAt(before, target), toValue(placeholder));
    if (left) setAt(after, target, left);
    else removeAt(after, target);
  }
  const removals = update.remove.map(toPath);
  removals.sort((one, other) => lastIndex(other) - lastIndex(one));
  for (const path of removals) removeAt(after, path);
};

const lastIndex = (path: Path): number => {
  const last = path.at(-1);
  return typeof last === 'number' ? last : -1;
};

const compute = (item: Item, operand: Operand, placeholders: Placeholders): AttributeValue => {
  const inner = (other: Operand) => compute(item, other, placeholders);
  switch (operand.kind) {
    case 'value':
      return placeholders.value(operand.placeholder);
    case 'path': {
      const value = valueAt(item, placeholders.path(operand.path));
      if (value) return value;
      throw validationError(
        'The provided expression refers to an attribute that does not exist in the item',
      );
    }
    case 'if_not_exists':
      return valueAt(item, placeholders.path(operand.path)) ?? inner(operand.otherwise);
    case 'list_append': {
      const [left, right] = [inner(operand.left), inner(operand.right)];
      if (!('L' in left) || !('L' in right)) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case 'add': {
      const [left, right] = [inner(operand.left), inner(operand.right)];
      if (!('N' in left) || !('N' in right)) throw wrongType();
      return { N: addNumbers(left.N, right.N, operand.sign) };
    }
    case 'size':
      throw wrongType();
  }
};

const wrongType = () =>
  validationError('An operand in the update expression has an incorrect data type');
const invalidPath = () =>
  validationError('The document path provided in the update expression is invalid for update');

const sumWith = (old: AttributeValue | undefined, added: AttributeValue): AttributeValue => {
  if (!old) return added;
  if ('N' in old && 'N' in added) return { N: addNumbers(old.N, added.N) };
  const [members, others] = [setMembers(old), setMembers(added)];
  if (!members || !others || getType(old) !== getType(added)) throw wrongType();
  const union = [...new Set([...members, ...others])];
  return { [getType(old)]: union } as AttributeValue;
};

/** What is left of a set, or undefined where nothing is. */
const without = (
  old: AttributeValue | undefined,
  removed: AttributeValue,
): AttributeValue | undefined => {
  if (!old) return undefined;
  const [members, others] = [setMembers(old), new Set(setMembers(removed))];
  if (!members || getType(old) !== getType(removed)) throw wrongType();
  const left = members.filter((member) => !others.has(member));
  return left.length > 0 ? ({ [getType(old)]: left } as AttributeValue) : undefined;
};

const findParent = (item: Item, path: Path): AttributeValue => {
  const parent = path.length === 1 ? { M: item } : valueAt(item, path.slice(0, -1));
  if (!parent) throw invalidPath();
  return parent;
};

const setAt = (item: Item, path: Path, value: AttributeValue): void => {
  const parent = findParent(item, path);
  const last = path.at(-1);
  if (typeof last === 'string' && 'M' in parent) setAttribute(parent.M, last, value);
  else if (typeof last === 'number' && 'L' in parent) {
    const { L: list } = parent;
    if (last < list.length) list[last] = value;
    else list.push(value);
  } else throw invalidPath();
};

const removeAt = (item: Item, path: Path): void => {
  const parent = findParent(item, path);
  const last = path.at(-1);
  if (typeof last === 'string' && 'M' in parent) {
    if (getAttribute(parent.M, last)) delete parent.M[last];
  } else if (typeof last === 'number' && 'L' in parent) {
    if (getMember(parent, last)) parent.L.splice(last, 1);
  } else throw invalidPath();
};
