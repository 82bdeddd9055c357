import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import {
  FromHost,
  type FromLauncher,
  type HostInput,
  hostOptionsVariable,
} from './host-messages.ts';

export type HostProcess = {
  pid: number;
  send(message: FromLauncher): void;
  /** Resolves when the process has ended, with what is to be said about it. */
  ended: Promise<string>;
  /** Requests a graceful exit, and kills the process if it does not exit. */
  stop(): Promise<void>;
};

type Listeners = {
  onMessage: (message: FromHost) => void;
  /** A line that a function wrote. */
  onLine: (line: string) => void;
  /** What osls or Node itself has to say, which is never good; it may have several lines. */
  onComplaint: (text: string) => void;
};

// V8 collects everything when 64 MB of buffers have come and gone, three uploads, unless it counts
// them with the heap; and sooner when its heap begins small. Left to itself it then sizes the heap
// for a machine of its own: 120 MB of new space, and garbage four times as large as what lives. The
// limits are far above what lives; with them 50 000 rows take half the memory and no more time.
// NODE_OPTIONS refuses these flags.
export const heapFlags = [
  '--initial-heap-size=112',
  '--external-memory-accounted-in-global-limit',
  '--max-semi-space-size=16',
  '--max-old-space-size=1024',
];
const shutdownTimeoutMs = 6000;

/** Starts osls with serverless-offline and our plugin, in the project that has the serverless.yml. */
export const startHostProcess = (
  project: string,
  environment: Readonly<Record<string, string>>,
  options: HostInput,
  { onMessage, onLine, onComplaint }: Listeners,
): HostProcess => {
  const require = createRequire(join(project, 'package.json'));
  const osls = join(dirname(require.resolve('serverless/package.json')), 'bin', 'serverless.js');
  const args = [...heapFlags, osls, 'offline', 'start', '--noSponsor'];
  const child = spawn(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, SLS_LOG_LEVEL: 'error', [hostOptionsVariable]: JSON.stringify(options) },
  });
  const last: string[] = [];
  if (child.stdout)
    createInterface(child.stdout).on('line', (line) => isPartOfATable(line) || onLine(line));
  if (child.stderr)
    splitStderr(child.stderr, onLine, (text) => {
      const complaint = text.replaceAll(/^[ ×✖]+/gm, '').trim();
      if (complaint === '') return;
      last.push(complaint);
      if (last.length > 10) last.shift();
      onComplaint(complaint);
    });
  child.on('message', (message) => onMessage(FromHost.parse(message)));

  const ended = waitForExit(child).then((how) => [how, ...last].join('\n'));
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (child.connected) child.send({ kind: 'stop' } satisfies FromLauncher, () => {});
    await Promise.race([ended, wait(shutdownTimeoutMs, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
  };
  const send = (message: FromLauncher) => void (child.connected && child.send(message));
  return { pid: child.pid ?? 0, send, ended, stop };
};

/**
 * Functions log their warnings and errors here, each in a line of JSON. All else is of osls or Node,
 * which write an error in one go: it is one complaint, however many lines it has.
 */
const splitStderr = (
  stderr: Readable,
  onLine: (line: string) => void,
  onText: (text: string) => void,
): void => {
  let begun = ''; // a line of JSON whose end has not come
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (begun + chunk).split('\n');
    const last = lines.at(-1) ?? '';
    begun = last.startsWith('{') ? last : '';
    if (begun) lines.pop();
    const { log = [], text = [] } = Object.groupBy(lines, (line) =>
      line.startsWith('{') && line.endsWith('}') ? 'log' : 'text',
    );
    for (const line of log) onLine(line);
    onText(text.join('\n'));
  });
  stderr.once('end', () => begun && onText(begun));
};

// serverless-offline draws its routes at the start, whatever the log level.
const isPartOfATable = (line: string): boolean => /^ *[┌│└]/.test(line);

const waitForExit = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => {
      resolve(signal ? `was killed by ${signal}` : `ended with code ${code}`);
    });
  });
