/**
 * Checks again and again until the check no longer throws, and answers what it answered; after
 * `within` milliseconds its last complaint is thrown.
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
