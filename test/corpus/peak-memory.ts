import { readFileSync } from 'node:fs';

/**
 * The most resident memory this process ever had, in bytes. On Linux it is VmHWM of proc(5), as
 * getrusage's ru_maxrss (`process.resourceUsage().maxRSS`, used elsewhere) begins with whatever the
 * parent had when it forked.
 */
export const peakMemory = (): number => {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
};
