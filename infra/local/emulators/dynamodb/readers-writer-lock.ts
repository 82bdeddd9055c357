/** Many may read or write single items at a time; a transaction is alone. First come, first served. */
export type ReadersWriterLock = {
  shared<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
};

export const readersWriterLock = (): ReadersWriterLock => {
  const waiting: { isAlone: boolean; go: () => void }[] = [];
  let sharing = 0;
  let isTaken = false;

  const admit = () => {
    for (let next = waiting[0]; next; next = waiting[0]) {
      if (isTaken || (next.isAlone && sharing > 0)) return;
      waiting.shift();
      if (next.isAlone) isTaken = true;
      else sharing += 1;
      next.go();
    }
  };

  const run = async <T>(isAlone: boolean, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((go) => {
      waiting.push({ isAlone, go });
      admit();
    });
    try {
      return await work();
    } finally {
      if (isAlone) isTaken = false;
      else sharing -= 1;
      admit();
    }
  };

  return { shared: (work) => run(false, work), alone: (work) => run(true, work) };
};
