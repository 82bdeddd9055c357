/** Repeatable random numbers: the same seed gives the same numbers. */
export type Random = {
  /** At least 0 and below 1. */
  next(): number;
  /** One of several. */
  pick<T>(items: readonly T[]): T;
};

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose victims. */
export const randomFrom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick: (items) => {
      const chosen = items[Math.floor(next() * items.length)];
      if (chosen === undefined) throw new Error('There is nothing to choose from.');
      return chosen;
    },
  };
};

/** FAULTS_SEED, or a new seed for each run; printed, so that a run can be repeated. */
export const faultsSeed = (): number => {
  const seed = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isInteger(seed)) throw new Error('FAULTS_SEED must be a whole number.');
  process.stdout.write(`To have these faults again: FAULTS_SEED=${seed}\n`);
  return seed;
};
