/**
 * The CPU time of some work in milliseconds, and its result: other processes on the same machine do not
 * count. All of this process counts, which runs one test file only.
 */
export const measureCpuTime = async <T>(
  work: () => T | Promise<T>,
): Promise<{ answer: T; cpuMs: number }> => {
  const before = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(before);
  return { answer, cpuMs: (user + system) / 1000 };
};
