import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { clientEnvironment, hostEnvironment } from '#infra/cli/start/environments.ts';
import { type Environment, readLocalSettings } from '#infra/cli/start/local-settings.ts';
import { withOwnSecrets } from '#infra/cli/start/own-secrets.ts';
import { bundleFunctions } from '#infra/deploy/bundle.ts';
import type { FromHost } from '#infra/local-cloud/host/host-messages.ts';
import { startHostProcess } from '#infra/local-cloud/host/host-process.ts';
import { freePorts } from './embedded-stack.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Nothing wakes the readers of streams here, for DynamoDB is in a process of its own. */
const streamPollMs = 500;

type Options = { env: Environment; visibilityTimeoutSeconds: number };

/**
 * Darkroom's functions in one process; S3, SQS and DynamoDB in another, `local-cloud`, which may be
 * killed at any instruction and started again in less than a second, while the functions run on.
 */
export const startWithKillableEmulators = async ({ env, visibilityTimeoutSeconds }: Options) => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-'));
  const [port, s3Port, sqsPort, dynamodbPort] = await freePorts(4);
  const ports = { PORT: port, S3_PORT: s3Port, SQS_PORT: sqsPort, DYNAMODB_PORT: dynamodbPort };
  const settings = readLocalSettings({
    ...env,
    ...Object.fromEntries(Object.entries(ports).map(([name, value]) => [name, String(value)])),
  });
  const inFolder = (...names: string[]) => join(folder, ...names);
  for (const name of ['build', 'streams']) mkdirSync(inFolder(name));
  const { PATH = '', HOME = '' } = process.env;

  const emulators = killableProcess(
    [
      inFolder('local-cloud.mjs'),
      ...[inFolder('template.json'), '--data', inFolder('data'), '--stack-name', 'darkroom-dev'],
      ...['--s3-port', String(s3Port), '--sqs-port', String(sqsPort)],
      ...['--dynamodb-port', String(dynamodbPort)],
    ],
    {
      PATH,
      NODE_COMPILE_CACHE: inFolder('compile-cache'),
      AWS_REGION: settings.AWS_REGION,
      AWS_SECRET_ACCESS_KEY: settings.AWS_SECRET_ACCESS_KEY,
    },
  );
  const clientEnv = clientEnvironment(settings);
  const ready = Promise.withResolvers<void>();
  const prepare = async ({ template, handlers }: Extract<FromHost, { kind: 'template' }>) => {
    for (const { Type, Properties } of Object.values(template.Resources))
      if (Type === 'AWS::SQS::Queue' && Properties?.['VisibilityTimeout'] !== undefined)
        Properties['VisibilityTimeout'] = visibilityTimeoutSeconds;
    writeFileSync(inFolder('template.json'), JSON.stringify(template));
    await bundleLocalCloud(inFolder('local-cloud.mjs'));
    await Promise.all([
      emulators.start(),
      bundleFunctions(handlers, { project, outFolder: inFolder('build') }),
    ]);
    functions.send({ kind: 'prepared' });
  };
  const functions = startHostProcess(
    project,
    {
      PATH,
      HOME,
      NODE_COMPILE_CACHE: inFolder('compile-cache'),
      ...hostEnvironment(settings, withOwnSecrets(env, { in: inFolder })),
    },
    {
      port: settings.PORT,
      buildFolder: inFolder('build'),
      sqsUrl: clientEnv['AWS_ENDPOINT_URL_SQS'] ?? '',
      dynamodbUrl: clientEnv['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
      checkpointFile: inFolder('streams', 'checkpoints.db'),
      streamPollMs,
      region: settings.AWS_REGION,
      accountId: '000000000000',
      workers: 'in-process',
    },
    {
      onMessage: (message) => {
        if (message.kind === 'ready') ready.resolve();
        if (message.kind === 'failed') ready.reject(new Error(message.reason));
        if (message.kind === 'template') prepare(message).catch(ready.reject);
      },
      onLine: () => {}, // whatever fails while the emulators are away is expected
      onComplaint: () => {},
    },
  );
  const stop = async () => {
    await functions.stop();
    await emulators.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const ended = functions.ended.then((how) => {
    throw new Error(`The process of the functions ${how}`);
  });
  ended.catch(() => {}); // observed below, and of no interest once it runs
  await Promise.race([ready.promise, ended]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    /** Endpoints and credentials for SDK clients, and the settings that were given. */
    env: { ...env, ...clientEnv },
    emulators,
    stop,
  };
};

/** In one file the program starts with half the CPU, so there can be twice as many kills. */
const bundleLocalCloud = async (outfile: string): Promise<void> => {
  await build({
    absWorkingDir: project,
    entryPoints: ['infra/local-cloud/cli/main.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // CommonJS packages inside an ES module still require() Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile,
  });
};

/** A program that prints `Ready` when it serves. */
const killableProcess = (args: string[], env: Environment) => {
  let child: ChildProcess | undefined;
  return {
    /** Resolves when it serves; rejects with its output if it ends before that. */
    start: async (): Promise<void> => {
      // By the channel it notices when this process has gone, and ends too.
      const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'pipe', 'pipe', 'ipc'];
      const started = spawn(process.execPath, args, { cwd: project, env, stdio });
      child = started;
      let text = '';
      await new Promise<void>((resolve, reject) => {
        const onData = (chunk: Buffer) => {
          text += chunk.toString();
          if (text.includes('Ready')) resolve();
        };
        started.stdout?.on('data', onData);
        started.stderr?.on('data', onData);
        started.once('error', reject);
        started.once('close', () => reject(new Error(`local-cloud ended:\n${text}`)));
      });
    },
    /** Resolves when it has gone. */
    kill: async (): Promise<void> => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};
