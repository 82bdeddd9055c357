import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stackStateIn } from '#infra/local-cloud/launcher/data-folder.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const program = join(project, 'infra/cli/start.ts');
const programWithFaults = join(project, 'test/faults/proxy/launch.ts');
// As package.json's start has them.
const heapFlags = [
  '--initial-heap-size=64',
  '--max-semi-space-size=16',
  '--max-old-space-size=1024',
  '--external-memory-accounted-in-global-limit',
];
const startTakesMs = 60_000; // it takes two seconds, but not while all of the tests run
const stopTakesMs = 15_000;

export type EmbeddedStackOptions = {
  /** Settings; nothing is taken from the tests' own environment, nor from `.env`. */
  env?: Record<string, string>;
  /** Not removed when the stack stops; a temporary one is. */
  dataDir?: string;
  workers?: 'in-process' | 'forked';
  /** As `npm run dev:faults` starts it, with the faults that `env` says: see noFaultsYet(). */
  faultInjection?: boolean;
  /** As `npm run dev` starts it. */
  dev?: boolean;
  /** Where the serverless.yml is, if not here. */
  project?: string;
};

export type EmbeddedStack = Awaited<ReturnType<typeof startEmbeddedStack>>;

/**
 * The real `npm start`, on free ports and with its own data; resolves when it is ready, rejects
 * with its output when it does not get there.
 */
export const startEmbeddedStack = async (options: EmbeddedStackOptions = {}) => {
  const { workers = 'in-process', project: folder = project } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'darkroom-')));
  const [port, s3Port, sqsPort, dynamodbPort] = await freePorts(4);
  const baseUrl = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    AWS_ACCESS_KEY_ID: 'darkroom',
    AWS_SECRET_ACCESS_KEY: 'darkroom-secret',
    AWS_REGION: 'us-east-1',
    ...options.env,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3Port}`,
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${sqsPort}`,
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${dynamodbPort}`,
  };
  const settings: Record<string, string> = {
    ...env,
    PORT: String(port),
    S3_PORT: String(s3Port),
    SQS_PORT: String(sqsPort),
    DYNAMODB_PORT: String(dynamodbPort),
    DATA_DIR: dataDir,
    WORKERS: workers,
  };

  let said = '';
  let running: Running | undefined;
  const start = async () => {
    running = launch(
      [
        programPath(options),
        ...(options.dev ? ['--dev'] : []),
        ...['--settings', 'none', '--project', folder],
      ],
      settings,
      (text) => {
        said += text;
      },
    );
    try {
      await running.isReady;
    } catch (error) {
      await end('SIGKILL');
      throw error;
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    await running?.end(signal);
    running = undefined;
  };
  const stop = async () => {
    await end('SIGTERM');
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  process.once('exit', () => running?.kill()); // a test runner that is stopped leaves no process behind

  await start().catch(async (error: unknown) => {
    await stop(); // or its data would stay
    throw error;
  });
  return {
    baseUrl,
    dataDir,
    /** Endpoints and credentials for SDK clients, and the settings that were given. */
    env,
    /** Sends a signal to the launcher only; resolves when all of its processes have gone. */
    kill: end,
    stop,
    /** Stops it if it runs, and starts it again on the same ports and data. */
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    /** Everything it has printed so far, in all of its starts. */
    output: () => said,
    /** The process ids of the forked workers that run now. */
    workerPids: async () => stackStateIn(dataDir)?.workers ?? [],
    /** The process ids of the launcher, and of the host of the functions. */
    pids: () => stackStateIn(dataDir),
  };
};

const programPath = ({ faultInjection = false }: EmbeddedStackOptions) =>
  faultInjection ? programWithFaults : program;

type Running = {
  isReady: Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
  kill(): void;
};

/** In its own process group, so that the exit of its last process can be observed. */
const launch = (
  args: string[],
  settings: Record<string, string>,
  onText: (text: string) => void,
): Running => {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env;
  const child = spawn(process.execPath, [...heapFlags, ...args], {
    cwd: project,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...settings },
  });
  let isGone = false; // after which another process may have its number
  const isRunning = () => {
    isGone ||= !signalled(child, 0);
    return !isGone;
  };
  const kill = () => void (isRunning() && signalled(child, 'SIGKILL'));
  child.once('close', isRunning);

  let text = '';
  const { promise: isReady, resolve, reject } = Promise.withResolvers<void>();
  const onData = (chunk: Buffer) => {
    onText(chunk.toString());
    if (text.length < 100_000) text += chunk.toString();
    if (text.includes('Darkroom is ready')) resolve();
  };
  child.stdout?.on('data', onData);
  child.stderr?.on('data', onData);
  const failure = (how: string) => new Error(`The embedded stack ${how}:\n${text}`);
  child.once('close', (code, signal) => reject(failure(`ended (${signal ?? code})`)));
  const timer = setTimeout(() => reject(failure('is not ready in time')), startTakesMs);
  isReady.finally(() => clearTimeout(timer)).catch(() => {});

  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const deadline = Date.now() + stopTakesMs;
    while (isRunning()) {
      if (Date.now() > deadline) {
        kill();
        throw failure(`left processes behind after ${signal}`);
      }
      await wait(20);
    }
  };
  return { isReady, end, kill };
};

/** To the whole group; false if no process is left in it. */
const signalled = ({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean => {
  if (!pid) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
};

const given = new Set<number>();

/**
 * Ports that are free, none of them twice in a process. From below those that the system
 * gives to outgoing connections, or one of them might take a port while its stack is restarting.
 */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers: Server[] = [];
  while (servers.length < count) {
    const port = randomInt(20_000, 32_000);
    if (given.has(port)) continue; // to a caller that does not listen there yet
    given.add(port);
    const server = createServer();
    const isMine = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isMine) servers.push(server);
  }
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};
