import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Done, type Outcome, type Task } from './tasks.ts';

export type ProcessPool = {
  /** How many run in parallel. */
  count: number;
  /** Of the clock, after which a file is said to hang and its process is killed. */
  secondsPerFile: number;
  /** A process whose peak memory exceeded this is replaced by a new one. */
  retireBytes: number;
  /** Command-line arguments of each process; tests of this file replace the program itself. */
  args?: readonly string[];
  program?: string;
  /** Added to this process's own environment. */
  environment?: NodeJS.ProcessEnv;
  /** Kills them all. */
  signal?: AbortSignal;
};

const ownProgram = fileURLToPath(new URL('./process.ts', import.meta.url));
const maxErrorLength = 300; // characters of what a process said before it died

/**
 * Processes files in child processes, which are reused while they stay small, so that a crash, a
 * hang or high memory use can be attributed to one file.
 */
export const inProcesses = async (
  tasks: Iterable<Task>,
  pool: ProcessPool,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> => {
  const left = tasks[Symbol.iterator]();
  const work = async () => {
    let worker: Worker | undefined;
    for (let next = left.next(); !next.done; next = left.next()) {
      pool.signal?.throwIfAborted();
      worker ??= startWorker(pool);
      const outcome = await worker.process(next.value);
      const isStillGood =
        outcome.end === 'done' &&
        outcome.endings.every(({ peakBytes }) => peakBytes <= pool.retireBytes);
      if (!isStillGood) {
        await worker.end();
        worker = undefined;
      }
      onOutcome(outcome);
    }
    await worker?.end();
  };
  await Promise.all(Array.from({ length: pool.count }, work));
};

type Worker = { process(task: Task): Promise<Outcome>; end(): Promise<void> };

const startWorker = (pool: ProcessPool): Worker => {
  const { program = ownProgram, args = [], environment, signal, secondsPerFile } = pool;
  const child = fork(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(signal && { signal, killSignal: 'SIGKILL' }),
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-maxErrorLength);
  });
  child.on('error', () => {}); // aborted, or not to be started: it ends, and that is seen
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, killer) => resolve(howItEnded(code, killer, said)));
  });
  const ready = nextMessage(child);

  return {
    async process(task) {
      const { name } = task;
      if ((await Promise.race([ready, ended])) !== 'ready')
        return { name, end: 'crash', how: `before it began: ${await ended}` };
      const answer = nextMessage(child);
      child.send(task, () => {}); // one that has just died is seen to end
      const timer = Promise.withResolvers<'late'>();
      const late = setTimeout(() => timer.resolve('late'), secondsPerFile * 1000);
      const first = await Promise.race([answer, ended, timer.promise]);
      clearTimeout(late);
      if (first === 'late') return { name, end: 'hang', seconds: secondsPerFile };
      if (typeof first === 'string') return { name, end: 'crash', how: first };
      return { name, end: 'done', ...Done.parse(first) };
    },
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

const nextMessage = async (child: ChildProcess): Promise<unknown> => {
  const [message] = await once(child, 'message').catch(() => ['ended']);
  return message;
};

const howItEnded = (code: number | null, killer: string | null, said: string): string => {
  const how = killer ? `ended by ${killer}` : `ended with code ${code}`;
  const lastLines = said.trim().split('\n').slice(-3).join(' | ');
  return lastLines ? `${how}: ${lastLines}` : how;
};
