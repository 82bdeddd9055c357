/**
 * How long a processor worked on something, in milliseconds, and what came of it: others on the same
 * machine make it late, but do not count. All of this process counts, and so of its test file, which
 * has one of its own.
 */
export const cpuTimeOf = async <T>(
  work: () => T | Promise<T>,
): Promise<{ answer: T; cpuMs: number }> => {
  const before = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  return { answer, cpuMs: (user + system) / 1000 };
};
