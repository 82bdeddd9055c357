import { createHash } from 'node:crypto';

/** Numbers from 0 up to 1, by the name of what they are for. */
export type Chance = (name: string) => number;

/**
 * Repeatable random numbers. Each name has its own series, so that the nth call of a kind
 * meets the same fault under the same seed, whatever else happens in between.
 */
export const seededRandom = (seed: number): Chance => {
  const drawn = new Map<string, number>();
  return (name) => {
    const turn = drawn.get(name) ?? 0;
    drawn.set(name, turn + 1);
    return createHash('sha256').update(`${seed} ${turn} ${name}`).digest().readUInt32BE() / 2 ** 32;
  };
};

export const pick = <T>(items: readonly T[], drawn: number): T | undefined =>
  items[Math.min(items.length - 1, Math.floor(drawn * items.length))];
