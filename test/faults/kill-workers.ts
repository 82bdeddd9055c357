import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { EmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { killed } from '#test/support/killed.ts';
import type { Random } from './random.ts';

/** What a forked worker calls itself: `darkroom darkroom-dev-import-row`. */
const nameOf = (pid: number): string | undefined => {
  try {
    const title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return /darkroom-dev-([a-z-]+)/.exec(title)?.[1];
  } catch {
    return undefined; // gone by now
  }
};

/** The forked workers of a function, as they run now. */
export const workersOf = async (
  stack: EmbeddedStack,
  functionName: string,
): Promise<readonly number[]> =>
  (await stack.workerPids()).filter((pid) => nameOf(pid) === functionName);

const inTheMiddle = /ended in the middle of its work/g;

/** How many workers had work when they died, by what a stack printed. */
export const hitsIn = (output: string): number => output.match(inTheMiddle)?.length ?? 0;

/**
 * Kills workers of the given functions, one after the other and by chance, until one of them was
 * hit in the middle of its work. Answers with the names of all that died.
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
    await wait(random.next() * 150); // chance is the point: nothing is waited for
    const functionName = random.oneOf(functionNames);
    const victims = await workersOf(stack, functionName);
    if (victims.length === 0 || !killed(random.oneOf(victims))) continue;
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
