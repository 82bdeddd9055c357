/** Thrown in place of a kill. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * A process that a test may kill: after so many calls of functions passed to `writing`, neither they nor
 * those passed to `reading` run until the process is restarted.
 */
export const killableProcess = () => {
  let left = Number.POSITIVE_INFINITY;
  let leftAfterRestart = Number.POSITIVE_INFINITY;
  let wasKilled = false;
  const throwIfKilled = () => {
    if (left > 0) return;
    wasKilled = true;
    throw new Killed();
  };

  return {
    writing:
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        throwIfKilled();
        left -= 1;
        return work(...args);
      },
    reading:
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        throwIfKilled();
        return work(...args);
      },
    /** Kills it after this many writes; with `again` also after as many more once restarted. */
    killAfter: (writes: number, { again = false }: { again?: boolean } = {}) => {
      left = writes;
      leftAfterRestart = again ? writes : Number.POSITIVE_INFINITY;
    },
    restart: () => {
      left = leftAfterRestart;
    },
    wasKilled: () => wasKilled,
  };
};
