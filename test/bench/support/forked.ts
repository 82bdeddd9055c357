import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in a process of its own, and what it tells when it serves. */
export const startForked = async (program: string, ...args: readonly string[]) => {
  const child = fork(fileURLToPath(new URL(`./${program}.ts`, import.meta.url)), args);
  const [told]: unknown[] = await once(child, 'message');
  return {
    told,
    send: (message: Record<string, unknown>) => void child.send(message),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
};
