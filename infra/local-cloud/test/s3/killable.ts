import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An empty folder that goes when the test has ended. */
export const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 's3-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const script = fileURLToPath(new URL('./s3-process.ts', import.meta.url));

/** An S3 in a process that can be killed with SIGKILL, as a crash would. */
export const startKillable = (folder: string, death?: 'before-first-event') => {
  const args = [script, folder, ...(death ? [death] : [])];
  return running(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
};

/**
 * An S3 that cannot make a file longer than so many KB: what lies beyond fails as it does on a full
 * disk, first with a part that fits. Its complaints are not shown.
 */
export const startCramped = (folder: string, maxFileKb: number) => {
  const command = `ulimit -f ${maxFileKb * 2}; exec "$0" "$@"`; // sh counts in half kilobytes
  const args = ['-c', command, process.execPath, script, folder];
  return running(spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
};

export type SentEvent = { name: string; key: string; etag: string; sequencer: string };

/**
 * What the processes that had this folder have sent, each event once; a kill may have cut off the
 * last one.
 */
export const sentEvents = (folder: string): SentEvent[] => {
  const path = join(folder, 'events');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  const events = lines
    .filter((line) => line.endsWith('}'))
    .map((line): SentEvent => JSON.parse(line));
  return [...new Map(events.map((event) => [event.sequencer, event])).values()];
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
