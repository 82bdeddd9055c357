/** What a process that was killed does: nothing more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * A process that a test may kill: of the functions passed to `writing` so many run, in whatever
 * order they are called; then neither they nor those passed to `reading` do anything until it
 * lives again.
 */
export const killableProcess = () => {
  let left = Number.POSITIVE_INFINITY;
  let nextLife = Number.POSITIVE_INFINITY;
  let hasDied = false;
  const dieIfDue = () => {
    if (left > 0) return;
    hasDied = true;
    throw new Killed();
  };

  return {
    writing:
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        dieIfDue();
        left -= 1;
        return work(...args);
      },
    reading:
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        dieIfDue();
        return work(...args);
      },
    /** Dies after so many writes, and in its next life after as many again where `again` is said. */
    dieAfter: (writes: number, { again = false }: { again?: boolean } = {}) => {
      left = writes;
      nextLife = again ? writes : Number.POSITIVE_INFINITY;
    },
    live: () => {
      left = nextLife;
    },
    hasDied: () => hasDied,
  };
};
