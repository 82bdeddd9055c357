import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Invoker, type LocalFunction, timedOut } from './invoke.ts';

const program = fileURLToPath(new URL('./forked-function.ts', import.meta.url));

const FromWorker = z.union([
  z.object({ loaded: z.literal(true) }),
  z.object({ error: z.string() }),
  z.object({ result: z.unknown() }),
]);

type Worker = { child: ChildProcess; isBusy: boolean };

export type Pids = { add(pid: number): void; remove(pid: number): void };

const loadingTakesMs = 30_000;

/**
 * Calls a function in processes of its own, one for each call that runs at the same time. One whose
 * time is up is killed with SIGKILL, as Lambda does; a test may do the
 * same. The next call starts another.
 */
export const forked = (fn: LocalFunction, region: string, pids: Pids): Invoker => {
  const workers = new Set<Worker>();

  const start = (): Worker => {
    const { name, modulePath, exportName, timeoutSeconds, memoryMb } = fn;
    const facts = { name, modulePath, exportName, timeoutSeconds, memoryMb, region };
    const child = fork(program, [JSON.stringify(facts)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...fn.environment },
      execArgv: [],
    });
    // Line by line, or long lines of several workers would run into each other.
    if (child.stdout)
      createInterface(child.stdout).on('line', (line) => process.stdout.write(`${line}\n`));
    if (child.stderr)
      createInterface(child.stderr).on('line', (line) => process.stderr.write(`${line}\n`));
    const worker = { child, isBusy: true };
    workers.add(worker);
    if (child.pid) pids.add(child.pid);
    child.once('exit', () => {
      workers.delete(worker);
      if (child.pid) pids.remove(child.pid);
    });
    return worker;
  };

  const readyWorker = async (): Promise<Worker> => {
    const idle = [...workers].find(({ isBusy }) => !isBusy);
    if (idle) {
      idle.isBusy = true;
      return idle;
    }
    const worker = start();
    await invokeWorker(worker, undefined, loadingTakesMs);
    return worker;
  };

  const invokeWorker = (
    { child }: Worker,
    event: unknown,
    withinMs: number,
  ): Promise<z.infer<typeof FromWorker>> => {
    const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof FromWorker>>();
    const onMessage = (message: unknown) => {
      const said = FromWorker.parse(message);
      if ('error' in said) reject(new Error(said.error));
      else resolve(said);
    };
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`${fn.key} ended in the middle of its work (${signal ?? code}).`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(timedOut(fn));
    }, withinMs);
    child.once('message', onMessage).once('exit', onExit).once('error', reject);
    // The exit of a child killed a moment ago is not known yet. Without a callback that would be an
    // unhandled error of the child, and would end this process.
    const onSent = (error: Error | null) => error && onExit(null, error.message);
    if (event !== undefined && child.connected)
      child.send(JSON.parse(JSON.stringify(event)), onSent);
    return promise.finally(() => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', reject);
    });
  };

  const warm = async () => {
    const worker = await readyWorker();
    worker.isBusy = false;
  };
  const invoke = async (event: unknown): Promise<unknown> => {
    const worker = await readyWorker();
    try {
      const said = await invokeWorker(worker, event, fn.timeoutSeconds * 1000);
      return 'result' in said ? said.result : undefined;
    } finally {
      worker.isBusy = false;
    }
  };
  const stop = async () => {
    const gone = [...workers].map(({ child }) => once(child, 'exit'));
    for (const { child } of workers) child.kill('SIGKILL');
    await Promise.all(gone);
  };
  return { warm, invoke, stop };
};
