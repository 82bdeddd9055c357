import {
  type AttributeValue,
  getAttribute,
  getType,
  type Item,
  setMembers,
} from './attribute-value.ts';
import { compareNumbers } from './decimal.ts';

/** Equal in type and content; the order of sets and of a map's names does not count. */
export const areEqual = (left: AttributeValue, right: AttributeValue): boolean => {
  const type = getType(left);
  if (type !== getType(right)) return false;
  if ('M' in left && 'M' in right) return areItemsEqual(left.M, right.M);
  if ('L' in left && 'L' in right) {
    const others = right.L;
    return (
      left.L.length === others.length &&
      left.L.every((member, at) => {
        const other = others[at];
        return other !== undefined && areEqual(member, other);
      })
    );
  }
  const members = setMembers(left);
  const others = setMembers(right);
  if (members && others)
    return (
      members.length === others.length && new Set([...members, ...others]).size === members.length
    );
  return Object.values(left)[0] === Object.values(right)[0];
};

export const areItemsEqual = (left: Item, right: Item): boolean => {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const [a, b] = [left[name], getAttribute(right, name)];
      return a !== undefined && b !== undefined && areEqual(a, b);
    })
  );
};

/** Strings by their UTF-8 bytes, binaries by bytes; undefined for values that have no order. */
export const compareValues = (left: AttributeValue, right: AttributeValue): number | undefined => {
  if ('S' in left && 'S' in right) return compareText(left.S, right.S);
  if ('N' in left && 'N' in right) return compareNumbers(left.N, right.N);
  if ('B' in left && 'B' in right)
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  return undefined;
};

const beyondAscii = /[^\0-\x7f]/;

const compareText = (left: string, right: string): number => {
  if (left === right) return 0;
  // UTF-16 sorts surrogate pairs before U+E000 to U+FFFF; UTF-8 does not.
  if (beyondAscii.test(left) || beyondAscii.test(right))
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : 1;
};
