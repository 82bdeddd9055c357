import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { inProcesses, type ProcessPool } from '#test/corpus/processes.ts';
import type { Outcome } from '#test/corpus/tasks.ts';
import { eventually } from '#test/support/eventually.ts';

vi.setConfig({ testTimeout: 30_000 }); // each test starts processes

const pool: ProcessPool = {
  count: 1,
  secondsPerFile: 60,
  retireBytes: 500,
  program: fileURLToPath(new URL('./corpus-process.ts', import.meta.url)),
};

const processFiles = async (names: string[], options: Partial<ProcessPool> = {}) => {
  const outcomes: Outcome[] = [];
  const tasks = names.map((name) => ({ path: name, name, ways: [] }));
  await inProcesses(tasks, { ...pool, ...options }, (outcome) => outcomes.push(outcome));
  return outcomes;
};

const readPid = (outcome: Outcome | undefined): number =>
  outcome?.end === 'done' ? Number(outcome.endings[0]?.reasons[0]) : 0;

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a corpus run processes files one after another in the same process', async () => {
  const [first, second] = await processFiles(['good', 'better']);

  expect(readPid(first)).toBeGreaterThan(0);
  expect(readPid(second)).toBe(readPid(first));
});

test('a corpus run reports a process that ends as a crash, and continues with another', async () => {
  const [first, crash, last] = await processFiles(['good', 'crashes', 'better']);

  expect(crash).toEqual({ name: 'crashes', end: 'crash', how: expect.stringContaining('SIGKILL') });
  expect(last).toMatchObject({ name: 'better', end: 'done' });
  expect(readPid(last)).not.toBe(readPid(first));
});

test('a corpus run reports what a process wrote before it crashed', async () => {
  expect(await processFiles(['complains'])).toEqual([
    { name: 'complains', end: 'crash', how: 'ended with code 3: It hurts.' },
  ]);
});

test('a corpus run kills a process that does not respond, and reports a hang', async () => {
  const outcomes = await processFiles(['good', 'hangs', 'better'], { secondsPerFile: 2 });

  expect(outcomes[1]).toEqual({ name: 'hangs', end: 'hang', seconds: 2 });
  expect(outcomes[2]).toMatchObject({ name: 'better', end: 'done' });
});

test('a corpus run starts a new process for the next file when one uses too much memory', async () => {
  const [grown, next] = await processFiles(['grows', 'good']);

  expect(grown).toMatchObject({ end: 'done' });
  expect(readPid(next)).not.toBe(readPid(grown));
});

test('a corpus run reports a process that cannot start', async () => {
  const program = fileURLToPath(new URL('./not-there.ts', import.meta.url));

  expect(await processFiles(['good'], { program })).toEqual([
    {
      name: 'good',
      end: 'crash',
      how: expect.stringMatching(/^before it began: ended with code 1/),
    },
  ]);
});

test('a corpus run processes several files in parallel, each once', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];

  const outcomes = await processFiles(names, { count: 2 });

  expect(outcomes.map(({ name }) => name).sort()).toEqual(names);
  expect(new Set(outcomes.map(readPid)).size).toBe(2);
});

test('a corpus run leaves no process running, even when it is stopped half-way', async () => {
  const [done] = await processFiles(['good']);
  expect(isRunning(readPid(done))).toBe(false);

  const stop = new AbortController();
  const pids: number[] = [];
  const stopped = inProcesses(
    ['good', 'hangs', 'never'].map((name) => ({ path: name, name, ways: [] })),
    { ...pool, signal: stop.signal },
    (outcome) => {
      pids.push(readPid(outcome));
      stop.abort();
    },
  );

  await expect(stopped).rejects.toThrow();
  await eventually(async () => expect(pids.map(isRunning)).toEqual([false]));
});
