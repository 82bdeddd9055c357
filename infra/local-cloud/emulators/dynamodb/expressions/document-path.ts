import { type AttributeValue, getAttribute, type Item } from '../attributes/attribute-value.ts';
import { validationError } from '../dynamodb-error.ts';
import type { Path } from './syntax.ts';

/** What stands at a path, or undefined. */
export const valueAt = (item: Item, path: Path): AttributeValue | undefined => {
  let value = getAttribute(item, path[0] as string);
  for (let at = 1; value !== undefined && at < path.length; at++)
    value = getMember(value, path[at] as string | number);
  return value;
};

/** A map's attribute by its name, a list's element by its index. */
export const getMember = (
  value: AttributeValue,
  part: string | number,
): AttributeValue | undefined => {
  if (typeof part === 'string') return 'M' in value ? getAttribute(value.M, part) : undefined;
  return 'L' in value ? value.L[part] : undefined;
};

export const arePathsEqual = (left: Path, right: Path): boolean =>
  left.length === right.length && left.every((part, at) => part === right[at]);

export const formatPath = (path: Path): string =>
  `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;

/** Throws if one path lies within another, or takes for a map what another takes for a list. */
export const checkPathsApart = (parameter: string, paths: readonly Path[]): void => {
  for (const [at, one] of paths.entries())
    for (const other of paths.slice(at + 1)) {
      const shorter = Math.min(one.length, other.length);
      const apart = one.findIndex((part, place) => place < shorter && part !== other[place]);
      if (apart === -1) throw clash(parameter, 'overlap', one, other);
      if (typeof one[apart] !== typeof other[apart]) throw clash(parameter, 'conflict', one, other);
    }
};

const clash = (parameter: string, kind: string, one: Path, other: Path) =>
  validationError(
    `Invalid ${parameter}: Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${formatPath(one)}, path two: ${formatPath(other)}`,
  );
