import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CommandFailedError, type CommandTools, endGroup } from '#infra/cli/run-command.ts';
import { cacheFolder } from '#test/suites/cache-folder.ts';
import { pythonPrograms } from '#test/suites/python.ts';
import { installDynamodbLocal } from './dynamodb-local.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const services = [
  ...['s3', 'sqs', 'dynamodb', 'dynamodbstreams', 'cloudformation', 'apigateway', 'iam', 'sts'],
  ...['ssm', 'sns', 'logs', 'events', 'scheduler', 'cloudwatch', 'lambda'],
];

const Health = z.object({ version: z.string(), services: z.record(z.string(), z.string()) });

export type LocalStack = { url: string; version: string; logFile: string; stop(): Promise<void> };

const patienceMs = 120_000;

/**
 * Starts LocalStack as a process of this machine, without Docker: "host mode", which LocalStack does
 * not support. It is for our own tests; the documentation recommends docker-compose.localstack.yml. Its
 * Lambdas run by executor/. Everything is in memory, and gone with `stop`.
 */
export const startHostMode = async (tools: CommandTools, port: number): Promise<LocalStack> => {
  const programs = await pythonPrograms(tools, 'localstack.txt');
  const python = join(programs, 'python');
  const libFolder = join(cacheFolder(), 'localstack');
  await installDynamodbLocal(tools, { libFolder, python });

  const folder = mkdtempSync(join(tmpdir(), 'darkroom-localstack-'));
  const root = join(folder, 'root');
  const state = join(root, 'var/lib/localstack');
  for (const path of [state, join(folder, 'tmp'), join(folder, 'functions')])
    mkdirSync(path, { recursive: true });
  symlinkSync(libFolder, join(state, 'lib'));
  const init = join(root, 'etc/localstack/init');
  mkdirSync(init, { recursive: true });
  symlinkSync(here('../../../infra/localstack/init'), join(init, 'ready.d'));
  const logFile = join(folder, 'localstack.log');
  const url = `http://127.0.0.1:${port}`;

  const log = openSync(logFile, 'a');
  const child = spawn(python, [here('host_mode.py')], {
    cwd: folder, // DynamoDB Local writes a file into the working directory
    detached: true,
    stdio: ['ignore', log, log],
    env: createEnvironment({ folder, root, port, python }),
  });
  closeSync(log);
  const stop = async () => {
    await endGroup(child);
    endDynamodb(root);
    rmSync(folder, { recursive: true, force: true });
  };
  tools.onEnd(stop);

  const { version } = await tools.step('starting LocalStack', () => ready(url, child, logFile));
  return { url, version, logFile, stop };
};

type Place = { folder: string; root: string; port: number; python: string };

const createEnvironment = ({ folder, root, port, python }: Place) => ({
  PATH: [dirname(process.execPath), dirname(python), process.env['PATH']].join(':'),
  HOME: process.env['HOME'],
  LANG: 'C.UTF-8',
  LAUNCHER_PID: String(process.pid),
  PYTHONPATH: here('executor'),
  PYTHONDONTWRITEBYTECODE: '1', // nothing of Python's own in the project
  FILESYSTEM_ROOT: root,
  TMPDIR: join(folder, 'tmp'), // where functions are unpacked
  LAMBDA_LOG_DIR: join(folder, 'functions'),
  LAMBDA_NODE: process.execPath,
  LAMBDA_RUNTIME_EXECUTOR: 'node',
  LAMBDA_IGNORE_ARCHITECTURE: '1',
  OVERRIDE_IN_DOCKER: '0', // it believes a CI container to be its own
  DNS_ADDRESS: '0',
  SKIP_SSL_CERT_DOWNLOAD: '1',
  DISABLE_EVENTS: '1', // no telemetry
  SERVICES: services.join(','),
  STRICT_SERVICE_LOADING: '1',
  EAGER_SERVICE_LOADING: '1',
  GATEWAY_SERVER: 'hypercorn', // the default one listens on all interfaces, whatever is configured
  GATEWAY_LISTEN: `127.0.0.1:${port}`,
  LOCALSTACK_HOST: `127.0.0.1:${port}`,
  // By default it polls each queue once a second, and an empty one ever more rarely.
  LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.05',
  LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: '0.5',
  SQS_ENDPOINT_STRATEGY: 'path',
  S3_SKIP_SIGNATURE_VALIDATION: '0',
  PROVIDER_OVERRIDE_DYNAMODB: 'v2', // the default one sends streams through a Kinesis, which is not there
  DYNAMODB_IN_MEMORY: '1',
  DYNAMODB_SHARE_DB: '1',
});

const ready = async (url: string, child: ChildProcess, logFile: string) => {
  const deadline = Date.now() + patienceMs;
  while (!(await isReady(url))) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || Date.now() > deadline) {
      const how = hasEnded ? 'ended before it was ready' : 'is not ready after two minutes';
      const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-30);
      throw new CommandFailedError([`LocalStack ${how}. Its last lines:`, ...lines].join('\n'));
    }
    await wait(200);
  }
  const health = Health.parse(await (await fetch(`${url}/_localstack/health`)).json());
  const missing = services.filter((name) => health.services[name] !== 'running');
  if (missing.length === 0) return health;
  throw new CommandFailedError(`LocalStack could not load ${missing.join(', ')}.`); // it only logs that
};

// Without a script of infra/localstack/init the REST API would answer otherwise than AWS does.
const Stages = z.looseObject({ completed: z.boolean(), scripts: z.array(z.unknown()).min(1) });

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/_localstack/init/ready`);
    return response.ok && Stages.parse(await response.json()).completed;
  } catch {
    return false;
  }
};

/** DynamoDB Local has its own process group, and outlives a LocalStack that was killed. */
const endDynamodb = (root: string): void => {
  const { stdout } = spawnSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' });
  for (const line of (stdout ?? '').split('\n')) {
    if (!line.includes(`-javaagent:${root}/`)) continue;
    process.kill(Number.parseInt(line, 10), 'SIGKILL');
  }
};
