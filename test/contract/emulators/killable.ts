import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An empty folder that goes when the test has ended. */
export const someFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/**
 * dying-dynamodb kills itself in its first transaction, when one of the writes is done; dying-sqs
 * before it stores its first dead letter.
 */
type Kind = 'dynamodb' | 'dying-dynamodb' | 's3' | 'sqs' | 'dying-sqs';

const script = fileURLToPath(new URL('./emulator-child.ts', import.meta.url));

/** An emulator in a process that can be killed with SIGKILL, as a crash would. */
export const startKillable = (kind: Kind, folder: string) =>
  running(
    spawn(process.execPath, [script, kind, folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );

/**
 * An emulator that cannot make a file longer than so many KB: what lies beyond fails as it does on
 * a full disk, first with a part that fits. Its complaints are not shown.
 */
export const startCramped = (kind: Kind, folder: string, longestFileKb: number) => {
  const command = `ulimit -f ${longestFileKb * 2}; exec "$0" "$@"`; // sh counts in half kilobytes
  const args = ['-c', command, process.execPath, script, kind, folder];
  return running(spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
};

const running = async (child: ChildProcessByStdio<null, Readable, null>) => {
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  const kill = () => end('SIGKILL');
  const stop = () => end('SIGTERM');
  onTestFinished(kill);
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url: String(url), kill, stop };
};
