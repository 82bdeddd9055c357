import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { onceParentIsGone } from '#infra/local-cloud/launcher/parent-watch.ts';

/** A step did not do what it should. The message is for the person at the terminal. */
export class CommandFailedError extends Error {
  override readonly name = 'LaneFailed';
}

/** A program that a lane needs is not on this machine. */
export class ToolMissing extends CommandFailedError {}

/** For a step that fetches a tool: where it failed, the tool is missing. */
export const asMissing =
  (what: string) =>
  (error: unknown): never => {
    if (!(error instanceof CommandFailedError)) throw error;
    throw new ToolMissing(`${what} ${error.message}`);
  };

type CommandOptions = {
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** After which it is ended and the lane fails. */
  timeoutMs?: number;
  /** Its output is kept and shown only when it fails. */
  quiet?: boolean;
  /** What is shown of a line of its output; the line itself unless given. */
  shown?: (line: string) => string;
};

/** What the steps of a lane work with. */
export type CommandTools = {
  say(text: string): void;
  /** Runs a step, says how long it took; the first that fails ends the lane. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Runs a program to its end; throws LaneFailed unless it ends with 0. */
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<void>;
  /**
   * Starts a program that stays until the lane ends; resolves when its output says `until`, with a
   * way to end it before. Throws LaneFailed, with its output, if it does not get there.
   */
  start(
    command: string,
    args: readonly string[],
    options: CommandOptions & { until: string },
  ): Promise<() => Promise<void>>;
  /** Calls back when the lane ends, however that is; the last registered first. */
  onEnd(stop: () => Promise<void> | void): void;
};

const patienceMs = 8000;
const startTakesMs = 120_000;
const mostShown = 20_000; // characters of a program's output

/**
 * Runs `body` and ends this process: 0 if all steps did, 1 if one failed, 130 if it was
 * interrupted. What the body started is stopped in each case. With SUITES_MAY_SKIP=1 a lane whose
 * tools are missing says so and ends with 0.
 */
export const runCommandLine = async (
  name: string,
  body: (lane: CommandTools) => Promise<void>,
): Promise<void> => {
  const say = (text: string) => process.stdout.write(`${name}: ${text}\n`);
  const startedAt = performance.now();
  const children = new Set<ChildProcess>();
  const stops: (() => Promise<void> | void)[] = [];

  let ending: Promise<void> | undefined;
  const tearDown = async () => {
    await Promise.all([...children].map(endGroup));
    for (const stop of stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        say(`could not clean up: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  const end = (code: number) => {
    ending ??= tearDown().then(() => {
      say(`${code === 0 ? 'passed' : 'FAILED'} after ${secondsSince(startedAt)}`);
      process.exit(code);
    });
    return ending;
  };

  const interrupted = new Promise<never>((_, reject) => {
    const because = (reason: string) => {
      reject(new CommandFailedError(reason));
      void end(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => because(`Stopped by ${signal}.`));
    onceParentIsGone(() => because('Whoever started this is gone.'));
  });
  interrupted.catch(() => {}); // waited for beside each step

  const launch = (
    command: string,
    args: readonly string[],
    { env = {}, cwd, quiet = false, shown }: CommandOptions,
    onText: (text: string) => void,
  ) => {
    const child = spawn(command, args, {
      ...(cwd && { cwd }),
      detached: true, // a group of its own, so that it can be ended with all it started
      stdio: quiet || shown ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: Object.fromEntries(
        Object.entries({ ...process.env, ...env }).filter(([, value]) => value !== undefined),
      ),
    });
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      if (quiet || !shown) stream.setEncoding('utf8').on('data', onText);
      else createInterface(stream).on('line', (line) => process.stdout.write(`${shown(line)}\n`));
    }
    const ended = new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('close', (code, signal) => {
        children.delete(child);
        if (code === 0) resolve(undefined);
        else resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`);
      });
    });
    return { child, ended };
  };

  const lane: CommandTools = {
    say,
    onEnd: (stop) => void stops.push(stop),
    step: async (title, work) => {
      say(`${title} …`);
      const begin = performance.now();
      const result = await Promise.race([work(), interrupted]);
      say(`${title}: ${secondsSince(begin)}`);
      return result;
    },
    run: async (command, args, options = {}) => {
      let said = '';
      const { child, ended } = launch(command, args, options, (text) => {
        said = (said + text).slice(-mostShown);
      });
      const { timeoutMs } = options;
      const timer = timeoutMs && setTimeout(() => void endGroup(child), timeoutMs);
      const how = await ended;
      clearTimeout(timer);
      if (how)
        throw new CommandFailedError(`${[command, ...args].join(' ')} ${how}\n${said}`.trimEnd());
    },
    start: async (command, args, options) => {
      let said = '';
      const isReady = Promise.withResolvers<void>();
      const { child, ended } = launch(command, args, { ...options, quiet: true }, (text) => {
        said = (said + text).slice(-mostShown);
        if (said.includes(options.until)) isReady.resolve();
      });
      const { timeoutMs = startTakesMs } = options;
      const late = wait(timeoutMs, 'is not ready in time', { ref: false });
      const failed = await Promise.race([
        isReady.promise,
        ended.then((how) => how ?? 'ended'),
        late,
      ]);
      if (failed) {
        await endGroup(child);
        throw new CommandFailedError(
          `${[command, ...args].join(' ')} ${failed}\n${said}`.trimEnd(),
        );
      }
      return () => endGroup(child);
    },
  };

  try {
    await body(lane);
  } catch (error) {
    if (error instanceof ToolMissing && process.env['SUITES_MAY_SKIP'] === '1') {
      say(`SKIPPED, NOTHING WAS TESTED: ${error.message}`);
      await tearDown();
      process.exit(0);
    }
    if (!ending) say(toldOf(error));
    return end(1);
  }
  return end(0);
};

/** Ends a program and everything it started: by asking first, then without asking. */
export const endGroup = async (child: ChildProcess): Promise<void> => {
  const { pid } = child;
  if (!pid) return;
  const signalled = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-pid, signal);
    } catch {
      return false; // nobody is left in the group
    }
  };
  signalled('SIGTERM');
  const deadline = Date.now() + patienceMs;
  while (signalled(0)) {
    if (Date.now() > deadline) signalled('SIGKILL');
    await wait(50);
  }
};

const secondsSince = (begin: number): string =>
  `${((performance.now() - begin) / 1000).toFixed(1)} s`;

/** Our own failures are sentences; anything else is a mistake of ours, and its place helps. */
const toldOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error instanceof CommandFailedError ? error.message : (error.stack ?? error.message);
};
