/** Work that gives the same result for the same key, whatever the caller. */
export type Coalesce = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Of all that ask for a key at the same time, the first does the work, and the others wait for it. */
export const coalescing = (): Coalesce => {
  const running = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>) => {
    const known = running.get(key);
    if (known) return known as Promise<T>; // the same key means the same work
    const started = work().finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
};

/** Runs at most so many tasks at once; the others wait, in order. */
export const limiting = (atOnce: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
};
