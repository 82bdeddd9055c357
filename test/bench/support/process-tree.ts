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

/** Of a process and all of its descendants that run. */
const readStatsBelow = (root: number): Stat[] => {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const tree = new Set([root]);
  // Children may be listed before their parents: repeat until no new process is found.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of stats) if (tree.has(parent)) tree.add(pid);
  }
  return stats.filter(({ pid }) => tree.has(pid));
};

export const measureUsage = (root: number): Usage => {
  const processes = readStatsBelow(root)
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

/**
 * Milliseconds of CPU by the names of processes and threads: `host.ts: MainThread`. Those of threads
 * that have ended, and of processes that were waited for, are `host.ts: others`.
 */
export const measureCpuByThread = (root: number): Map<string, number> => {
  const spent = new Map<string, number>();
  const add = (name: string, cpuMs: number) => spent.set(name, (spent.get(name) ?? 0) + cpuMs);
  for (const { pid, cpuMs } of readStatsBelow(root)) {
    const name = readProcessName(pid);
    let ofThreads = 0;
    for (const thread of readThreads(pid)) {
      add(`${name}: ${thread.name}`, thread.cpuMs);
      ofThreads += thread.cpuMs;
    }
    add(`${name}: others`, cpuMs - ofThreads);
  }
  return spent;
};

const readThreads = (pid: number): { name: string; cpuMs: number }[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const [, name = ''] = /\((.*)\)/s.exec(text) ?? [];
      const [user, system] = text
        .replace(/^.*\) /s, '')
        .split(' ')
        .slice(11, 13)
        .map(Number);
      return { name, cpuMs: (((user ?? 0) + (system ?? 0)) * 1000) / ticksPerSecond };
    });
  } catch {
    return []; // ended meanwhile
  }
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
