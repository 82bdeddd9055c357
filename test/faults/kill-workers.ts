import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { EmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { killed } from '#test/support/killed.ts';
import type { Random } from './random.ts';

/** The process title of a forked worker: `darkroom darkroom-dev-import-row`. */
const readFunctionName = (pid: number): string | undefined => {
  try {
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return /darkroom-dev-([a-z-]+)/.exec(title)?.[1];
  } catch {
    return undefined; // it has ended
  }
};

/** The forked workers of a function that run now. */
export const findWorkers = async (
  stack: EmbeddedStack,
  functionName: string,
): Promise<readonly number[]> =>
  (await stack.workerPids()).filter((pid) => readFunctionName(pid) === functionName);

const inTheMiddle = /ended in the middle of its work/g;

/** How many workers were killed while they handled a message, from a stack's output. */
export const hitsIn = (output: string): number => output.match(inTheMiddle)?.length ?? 0;

/**
 * Kills random workers of the given functions, one after the other, until one of them was killed
 * while it handled a message. Returns the names of all killed workers.
 */
export const killUntilHit = async (
  stack: EmbeddedStack,
  functionNames: readonly string[],
  random: Random,
  hasEndedImage: () => Promise<boolean>,
): Promise<string[]> => {
  const died: string[] = [];
  const hitsBefore = hitsIn(stack.output());
  while (!(await hasEndedImage())) {
    await wait(random.next() * 150); // a random moment is the point: there is no event to wait for
    const functionName = random.pick(functionNames);
    const victims = await findWorkers(stack, functionName);
    if (victims.length === 0 || !killed(random.pick(victims))) continue;
    died.push(functionName);
    const isHit = await eventually(
      () => {
        if (hitsIn(stack.output()) === hitsBefore) throw new Error('It had nothing to do.');
        return true;
      },
      { within: 300 },
    ).catch(() => false);
    if (isHit) return died;
  }
  return died;
};
