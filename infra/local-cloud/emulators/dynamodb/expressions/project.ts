import {
  type AttributeValue,
  getAttribute,
  type Item,
  setAttribute,
} from '../attributes/attribute-value.ts';
import { getMember } from './document-path.ts';
import type { Path } from './syntax.ts';

/** Paths as a tree; a branch without further parts is wanted whole. */
type Branch = Map<string | number, Branch>;

const branches = (paths: readonly Path[]): Branch => {
  const root: Branch = new Map();
  for (const path of paths) {
    let branch = root;
    for (const part of path) {
      const next: Branch = branch.get(part) ?? new Map();
      branch.set(part, next);
      branch = next;
    }
  }
  return root;
};

/** The parts of an item that the paths name, each where it stood; elements of lists move together. */
export const project = (item: Item, paths: readonly Path[]): Item => {
  const projected: Item = {};
  for (const [name, branch] of branches(paths)) {
    const value = getAttribute(item, String(name));
    const part = value && projectValue(value, branch);
    if (part) setAttribute(projected, String(name), part);
  }
  return projected;
};

const projectValue = (value: AttributeValue, branch: Branch): AttributeValue | undefined => {
  if (branch.size === 0) return value;
  const found = [...branch]
    .sort(([one], [other]) => Number(one) - Number(other))
    .flatMap(([part, inner]) => {
      const member = getMember(value, part);
      const projected = member && projectValue(member, inner);
      return projected ? [[part, projected] as const] : [];
    });
  if (found.length === 0) return undefined;
  if ('L' in value) return { L: found.map(([, member]) => member) };
  const map: Item = {};
  for (const [name, member] of found) setAttribute(map, String(name), member);
  return { M: map };
};
