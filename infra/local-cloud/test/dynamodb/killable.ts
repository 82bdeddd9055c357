import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const toPath = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const script = toPath('./dynamodb-child.ts');

/** The emulator in a process that can be killed with SIGKILL, as a crash would. */
export const startKillable = (folder: string) =>
  running(spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] }));

/**
 * The emulator in a process that cannot make a file longer than so many kB: what lies beyond fails
 * as it does on a full disk. Its complaints are not shown.
 */
export const startWithLittleRoom = (folder: string, maxFileKb: number) => {
  const command = `ulimit -f ${maxFileKb * 2}; exec "$0" "$@"`; // sh counts in half kilobytes
  const args = ['-c', command, process.execPath, script, folder];
  return running(spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
};

const running = async (child: ChildProcessByStdio<null, Readable, null>) => {
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const kill = () => end('SIGKILL');
  onTestFinished(kill);
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url: String(url), kill, stop: () => end('SIGTERM') };
};

/** Runs dying-child.ts; the signal of which it died. */
export const runDying = async (folder: string): Promise<unknown> => {
  const child = spawn(process.execPath, [toPath('./dying-child.ts'), folder], { stdio: 'inherit' });
  const [, signal] = await once(child, 'exit');
  return signal;
};
