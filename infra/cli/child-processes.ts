import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { CommandFailedError } from './command-errors.ts';

export type SpawnOptions = {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** After this time it is ended and the command fails. */
  timeoutMs?: number;
  /** Its output is held back and shown only if it fails. */
  quiet?: boolean;
  /** What is shown of a line of its output; the line itself unless given. */
  shown?: (line: string) => string;
};

const gracePeriodMs = 8000;
const startTimeoutMs = 300_000; // packaging on a machine that others use
const maxOutputLength = 20_000; // characters of a program's output that an error quotes

/** Ends a program and everything it started: by SIGTERM, then by SIGKILL. */
export const endGroup = async (child: ChildProcess): Promise<void> => {
  const { pid } = child;
  if (!pid) return;
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-pid, name);
    } catch {
      return false; // no process of the group is left
    }
  };
  signal('SIGTERM');
  const deadline = Date.now() + gracePeriodMs;
  while (signal(0)) {
    if (Date.now() > deadline) signal('SIGKILL');
    await wait(50);
  }
};

/** Runs programs, each in a process group of its own, so that it can be ended with all it started. */
export const childProcesses = () => {
  const children = new Set<ChildProcess>();

  const launch = (command: string, args: readonly string[], options: SpawnOptions) => {
    const child = spawnGroup(command, args, options);
    children.add(child);
    const output = collectOutput(child, options);
    const ended = new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => {
        children.delete(child);
        if (code === 0) resolve(undefined);
        else resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`);
      });
    });
    const fail = (how: string) =>
      new CommandFailedError(`${[command, ...args].join(' ')} ${how}\n${output.text()}`.trimEnd());
    return { child, ended, output, fail };
  };

  return {
    /** Runs a program to its end. Throws a CommandFailedError unless it ends with 0. */
    run: async (command: string, args: readonly string[], options: SpawnOptions = {}) => {
      const { child, ended, fail } = launch(command, args, options);
      const { timeoutMs } = options;
      const timer = timeoutMs && setTimeout(() => void endGroup(child), timeoutMs);
      const failure = await ended;
      clearTimeout(timer);
      if (failure) throw fail(failure);
    },
    /** Starts a program and resolves when its output contains `until`, with a way to end it. */
    start: async (
      command: string,
      args: readonly string[],
      { until, ...options }: SpawnOptions & { until: string },
    ): Promise<() => Promise<void>> => {
      const { child, ended, output, fail } = launch(command, args, { ...options, quiet: true });
      const { timeoutMs = startTimeoutMs } = options;
      const failure = await Promise.race([
        output.contains(until),
        ended.then((how) => how ?? 'ended'),
        wait(timeoutMs, 'is not ready in time', { ref: false }),
      ]);
      if (failure) {
        await endGroup(child);
        throw fail(failure);
      }
      return () => endGroup(child);
    },
    endAll: async (): Promise<void> => {
      await Promise.all([...children].map(endGroup));
    },
  };
};

const spawnGroup = (
  command: string,
  args: readonly string[],
  { env = {}, cwd, quiet, shown }: SpawnOptions,
): ChildProcess =>
  spawn(command, args, {
    ...(cwd && { cwd }),
    detached: true,
    stdio: quiet || shown ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: Object.fromEntries(
      Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined),
    ),
  });

/** The end of a program's output, where it is quiet; otherwise its lines are printed as they come. */
const collectOutput = (child: ChildProcess, { quiet, shown }: SpawnOptions) => {
  let text = '';
  let onText = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    if (shown && !quiet)
      createInterface(stream).on('line', (line) => process.stdout.write(`${shown(line)}\n`));
    else
      stream.setEncoding('utf8').on('data', (more: string) => {
        text = (text + more).slice(-maxOutputLength);
        onText();
      });
  }
  return {
    text: () => text,
    contains: (part: string) =>
      new Promise<undefined>((resolve) => {
        onText = () => {
          if (text.includes(part)) resolve(undefined);
        };
        onText();
      }),
  };
};
