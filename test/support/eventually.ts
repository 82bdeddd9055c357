/**
 * Repeats a check until it no longer throws, and returns its result; after `within` milliseconds its
 * last error is thrown.
 */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { within = 10_000, every = 25 }: { within?: number; every?: number } = {},
): Promise<T> => {
  const until = performance.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resume) => setTimeout(resume, every));
    }
  }
};
