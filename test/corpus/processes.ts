import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Done, type Outcome, type Task } from './tasks.ts';

export type EditSessions = {
  /** How many work beside each other. */
  count: number;
  /** Of the clock, after which a file is said to hang and its process is killed. */
  secondsPerFile: number;
  /** A process that once had more memory than this makes room for a new one. */
  retireBytes: number;
  /** What they are told when they start; the program itself, in tests of this file. */
  args?: readonly string[];
  program?: string;
  /** Added to this process's own environment. */
  environment?: NodeJS.ProcessEnv;
  /** Kills them all. */
  signal?: AbortSignal;
};

const ownProgram = fileURLToPath(new URL('./process.ts', import.meta.url));
const mostComplaint = 300; // characters of what a process said before it died

/**
 * Works files through in processes of their own, which are used again while they stay small: so a
 * file that has a process end early, wait for ever or grow is told apart from its neighbours.
 */
export const inProcesses = async (
  tasks: Iterable<Task>,
  editSessions: EditSessions,
  tell: (outcome: Outcome) => void,
): Promise<void> => {
  const left = tasks[Symbol.iterator]();
  const work = async () => {
    let worker: Worker | undefined;
    for (let next = left.next(); !next.done; next = left.next()) {
      editSessions.signal?.throwIfAborted();
      worker ??= startWorker(editSessions);
      const outcome = await worker.ask(next.value);
      const isStillGood =
        outcome.end === 'done' &&
        outcome.endings.every(({ peakBytes }) => peakBytes <= editSessions.retireBytes);
      if (!isStillGood) {
        await worker.end();
        worker = undefined;
      }
      tell(outcome);
    }
    await worker?.end();
  };
  await Promise.all(Array.from({ length: editSessions.count }, work));
};

type Worker = { ask(task: Task): Promise<Outcome>; end(): Promise<void> };

const startWorker = (editSessions: EditSessions): Worker => {
  const { program = ownProgram, args = [], environment, signal, secondsPerFile } = editSessions;
  const child = fork(program, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(signal && { signal, killSignal: 'SIGKILL' }),
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-mostComplaint);
  });
  child.on('error', () => {}); // aborted, or not to be started: it ends, and that is seen
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, killer) => resolve(howItEnded(code, killer, said)));
  });
  const ready = nextMessage(child);

  return {
    async ask(task) {
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
  const complaint = said.trim().split('\n').slice(-3).join(' | ');
  return complaint ? `${how}: ${complaint}` : how;
};
