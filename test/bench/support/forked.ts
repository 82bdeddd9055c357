import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in its own process; `started` is the message it sends once it serves. */
export const startForked = async (program: string, ...args: readonly string[]) => {
  const child = fork(fileURLToPath(new URL(`./${program}.ts`, import.meta.url)), args);
  const [started]: unknown[] = await once(child, 'message');
  return {
    started,
    send: (message: Record<string, unknown>) => void child.send(message),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
};
