import { readdirSync, readFileSync } from 'node:fs';

/** What a process and everything it started have used so far. Linux only: it reads /proc. */
export type Usage = {
  /** Of the running processes, and of those that ended and were waited for; user and system. */
  cpuMs: number;
  /** Resident memory of all running ones together; pages they share count once for each. */
  rssBytes: number;
  /** The largest processes first. */
  processes: { pid: number; name: string; rssBytes: number; cpuMs: number }[];
};

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node runs on

type Stat = { pid: number; parent: number; cpuMs: number };

/** proc_pid_stat(5): the name may hold spaces and brackets, so fields are counted after its end. */
const readStat = (pid: number): Stat | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), cpuMs: (ticks * 1000) / ticksPerSecond };
  } catch {
    return undefined; // ended meanwhile
  }
};

const readRssBytes = (pid: number): number => {
  try {
    const [, kilobytes] =
      /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
};

const readProcessName = (pid: number): string => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const script = words.find((word, at) => at > 0 && !word.startsWith('-')) ?? words[0];
    return script?.split('/').at(-1) ?? '';
  } catch {
    return '';
  }
};

export const measureUsage = (root: number): Usage => {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const tree = new Set([root]);
  // Children may be listed before their parents: repeat until no new process is found.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of stats) if (tree.has(parent)) tree.add(pid);
  }
  const processes = stats
    .filter(({ pid }) => tree.has(pid))
    .map(({ pid, cpuMs }) => ({
      pid,
      name: readProcessName(pid),
      rssBytes: readRssBytes(pid),
      cpuMs,
    }))
    .sort((a, b) => b.rssBytes - a.rssBytes);
  return {
    cpuMs: processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    rssBytes: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    processes,
  };
};

/** Looks every 100 ms; `peak` is the usage when memory was highest. */
export const watchMemory = (root: number) => {
  let peak = measureUsage(root);
  const timer = setInterval(() => {
    const now = measureUsage(root);
    if (now.rssBytes > peak.rssBytes) peak = now;
  }, 100);
  return {
    stop: (): Usage => {
      clearInterval(timer);
      return peak;
    },
  };
};
