import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { bundleFunctions } from '#infra/deploy/bundle.ts';
import { heapFlags } from '#infra/local-cloud/host/host-process.ts';
import { anSqsEvent } from '#test/support/sqs-events.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const Environment = z.record(z.string(), z.string());
const Answer = z.object({
  answer: z.object({ batchItemFailures: z.array(z.unknown()) }),
  cpuMs: z.number(),
});

/** Workers by file name, each in its own process; `handle` is the only source of messages. */
export const startWorkerBench = async (names: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-workers-'));
  const children: ChildProcess[] = [];
  const start = async (file: string, argument: string, env: NodeJS.ProcessEnv) => {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const child = fork(program(file), [argument], {
      cwd: project,
      stdio: [...stdio],
      env,
      execArgv: heapFlags,
    });
    children.push(child);
    return { child, said: await saidBy(child) };
  };
  const stop = async () => {
    const gone = children.map((child) => hasEnded(child) || once(child, 'exit'));
    for (const child of children.reverse()) if (child.connected) child.disconnect();
    await Promise.all(gone);
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    const { PATH } = process.env;
    const build = join(folder, 'build');
    const handlers = names.map((name) => `functions/pipeline/${name}.handler`);
    const [emulators] = await Promise.all([
      start('./worker-emulators.ts', folder, { PATH }),
      bundleFunctions(handlers, { project, outFolder: build }),
    ]);
    const env = Environment.parse(emulators.said);
    const stepQueues = new Map<string, ChildProcess>();
    for (const name of names) {
      const path = join(build, 'functions/pipeline', `${name}.mjs`);
      stepQueues.set(name, (await start('./worker-process.ts', path, { PATH, ...env })).child);
    }

    const used = new Map<string, number>();
    const handle = async (name: string, body: unknown): Promise<void> => {
      const worker = stepQueues.get(name);
      if (!worker) throw new Error(`There is no worker ${name}.`);
      const answered = saidBy(worker);
      worker.send(anSqsEvent([body]));
      const { answer, cpuMs } = Answer.parse(await answered);
      if (answer.batchItemFailures.length > 0) throw new Error(`${name} failed.`);
      used.set(name, cpuMs);
    };
    return {
      /** What the workers find in their environment. */
      env,
      /** Has a worker do one message; rejects if it fails. */
      handle,
      /** Milliseconds of CPU that the worker's process had used at the end of its last message. */
      readCpuMs: (name: string): number => used.get(name) ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
export type WorkerBench = Awaited<ReturnType<typeof startWorkerBench>>;

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null;

/** Its next message; rejects if it exits instead. */
const saidBy = async (child: ChildProcess): Promise<unknown> => {
  const ended = new AbortController();
  const { signal } = ended;
  const hasEndedImage = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A process of the bench ended with ${code}.`);
  });
  hasEndedImage.catch(() => {});
  try {
    const [said] = await Promise.race([once(child, 'message', { signal }), hasEndedImage]);
    return said;
  } finally {
    ended.abort();
  }
};
