import { parseCondition } from './parse-condition.ts';
import { parseProjection, parseUpdate } from './parse-update.ts';

const maxEntries = 2000;

/** Remembers what was parsed, by its text; the one used longest ago is forgotten first. */
const cached = <Tree>(parse: (parameter: string, expression: string) => Tree) => {
  const known = new Map<string, Tree>();
  return (parameter: string, expression: string): Tree => {
    const key = `${parameter} ${expression}`;
    const found = known.get(key) ?? parse(parameter, expression);
    known.delete(key);
    known.set(key, found);
    if (known.size > maxEntries) known.delete(known.keys().next().value as string);
    return found;
  };
};

export const compileCondition = cached(parseCondition);
export const compileUpdate = cached(parseUpdate);
export const compileProjection = cached(parseProjection);
