import { onceParentIsGone } from '#infra/local-cloud/launcher/parent-watch.ts';
import { childProcesses, type SpawnOptions } from './child-processes.ts';
import { CommandFailedError, ToolMissingError } from './command-errors.ts';

export { endGroup } from './child-processes.ts';
export { asMissing, CommandFailedError, ToolMissingError } from './command-errors.ts';

/** What the steps of a command work with. */
export type CommandTools = {
  say(text: string): void;
  /** Runs a step and says how long it took; the first that fails ends the command. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Runs a program to its end; throws a CommandFailedError unless it ends with 0. */
  run(command: string, args: readonly string[], options?: SpawnOptions): Promise<void>;
  /**
   * Starts a program that runs until the command ends; resolves when its output contains `until`,
   * with a way to end it before. Throws a CommandFailedError, with its output, if it does not.
   */
  start(
    command: string,
    args: readonly string[],
    options: SpawnOptions & { until: string },
  ): Promise<() => Promise<void>>;
  /** Calls back when the command ends, for whatever reason; the last registered first. */
  onEnd(stop: () => Promise<void> | void): void;
};

/**
 * Runs `body` and ends this process: with 0 if all steps succeeded, 1 if one failed, 130 if it was
 * interrupted. What the body started is stopped in each case. With SUITES_MAY_SKIP=1 a command whose
 * tools are missing says so and ends with 0.
 */
export const runCommandLine = async (
  name: string,
  body: (tools: CommandTools) => Promise<void>,
): Promise<void> => {
  const say = (text: string) => process.stdout.write(`${name}: ${text}\n`);
  const startedAt = performance.now();
  const processes = childProcesses();
  const cleanUp = cleanUpOnce(say);
  cleanUp.register(() => processes.endAll());

  let ending: Promise<void> | undefined;
  const end = (code: number) => {
    ending ??= cleanUp.run().then(() => {
      say(`${code === 0 ? 'passed' : 'FAILED'} after ${secondsSince(startedAt)}`);
      process.exit(code);
    });
    return ending;
  };
  const interrupted = rejectWhenInterrupted(() => void end(130));

  try {
    await body({
      say,
      run: processes.run,
      start: processes.start,
      onEnd: cleanUp.register,
      step: async (title, work) => {
        say(`${title} …`);
        const begin = performance.now();
        const result = await Promise.race([work(), interrupted]);
        say(`${title}: ${secondsSince(begin)}`);
        return result;
      },
    });
  } catch (error) {
    if (error instanceof ToolMissingError && process.env['SUITES_MAY_SKIP'] === '1') {
      say(`SKIPPED, NOTHING WAS TESTED: ${error.message}`);
      await cleanUp.run();
      process.exit(0);
    }
    if (!ending) say(explain(error));
    return end(1);
  }
  return end(0);
};

/** Child processes end first, since what they use is removed by the other callbacks. */
const cleanUpOnce = (say: (text: string) => void) => {
  const callbacks: (() => Promise<void> | void)[] = [];
  return {
    register: (callback: () => Promise<void> | void) => void callbacks.push(callback),
    run: async (): Promise<void> => {
      const [endProcesses, ...others] = callbacks.splice(0);
      for (const callback of [endProcesses, ...others.reverse()]) {
        try {
          await callback?.();
        } catch (error) {
          say(`could not clean up: ${error instanceof Error ? error.message : error}`);
        }
      }
    },
  };
};

const rejectWhenInterrupted = (onInterrupt: () => void): Promise<never> => {
  const interrupted = new Promise<never>((_, reject) => {
    const interrupt = (reason: string) => {
      reject(new CommandFailedError(reason));
      onInterrupt();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => interrupt(`Stopped by ${signal}.`));
    onceParentIsGone(() => interrupt('The process that started this is gone.'));
  });
  interrupted.catch(() => {}); // every step waits for it as well
  return interrupted;
};

const secondsSince = (begin: number): string =>
  `${((performance.now() - begin) / 1000).toFixed(1)} s`;

/** Expected failures are sentences; anything else is a bug, whose place in the code helps. */
const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error instanceof CommandFailedError ? error.message : (error.stack ?? error.message);
};
