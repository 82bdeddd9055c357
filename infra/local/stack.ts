import { bundleFunctions } from '#infra/deploy/bundle.ts';
import type { FaultInjection } from '#test/faults/proxy/start-fault-injection.ts';
import { createQueues, createTables } from './create-resources.ts';
import type { DataFolder } from './data-folder.ts';
import { startDynamodb } from './emulators/dynamodb.ts';
import type { Running } from './emulators/loopback.ts';
import { startS3 } from './emulators/s3.ts';
import { startSqs } from './emulators/sqs.ts';
import { hostEnvironment, loopbackUrl } from './environments.ts';
import type { FromHost } from './host-messages.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';
import type { Environment, LocalSettings } from './local-settings.ts';
import { type LogLine, logLine } from './log-line.ts';
import { notifier } from './notify.ts';
import { withOwnSecrets } from './own-secrets.ts';
import { checkPorts } from './ports.ts';
import { type Resources, readResources } from './resources.ts';
import type { Place } from './template.ts';

export type Stack = {
  url: string;
  /** Resolves when the functions' process ended without being asked to, with the reason. */
  broken: Promise<string>;
  stop(): Promise<void>;
};

type Tools = {
  project: string;
  folder: DataFolder;
  log: (line: LogLine) => void;
  /** What a function wrote that may or may not be a line of the log. */
  onLine: (line: string) => void;
};

/**
 * Starts emulators and functions; resolves when the first request can come. Rejects with a sentence
 * for the person at the terminal, having stopped what it had started.
 */
export const startStack = async (
  settings: LocalSettings,
  environment: Environment,
  tools: Tools,
): Promise<Stack> => {
  const { project, folder, log, onLine } = tools;
  await checkPorts([
    { port: settings.PORT, setting: 'PORT', serves: 'the API' },
    { port: settings.S3_PORT, setting: 'S3_PORT', serves: 'the embedded S3' },
    { port: settings.SQS_PORT, setting: 'SQS_PORT', serves: 'the embedded SQS' },
    { port: settings.DYNAMODB_PORT, setting: 'DYNAMODB_PORT', serves: 'the embedded DynamoDB' },
    ...(settings.FAULTS === 'hostile'
      ? [{ port: settings.FAULTS_PORT, setting: 'FAULTS_PORT', serves: 'changes of the weather' }]
      : []),
  ]);

  const url = loopbackUrl(settings.PORT);
  const sqsUrl = loopbackUrl(settings.SQS_PORT);
  const region = settings.AWS_REGION;
  const client = {
    region,
    credentials: {
      accessKeyId: settings.AWS_ACCESS_KEY_ID,
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
    },
  };
  const emulators: Running[] = [];
  let host: HostProcess | undefined;
  const stop = async () => {
    await host?.stop(); // first the functions, then what they work with
    await Promise.all(emulators.splice(0).map((emulator) => emulator.stop()));
  };
  const running = async (starting: Promise<Running>): Promise<Running> => {
    const emulator = await starting;
    emulators.push(emulator);
    return emulator;
  };

  try {
    // osls takes a while to read serverless.yml; the emulators start meanwhile.
    const template = Promise.withResolvers<Extract<FromHost, { kind: 'template' }>>();
    const ready = Promise.withResolvers<void>();
    ready.promise.catch(() => {}); // awaited below, perhaps later than it rejects
    let workers: number[] = [];
    const tellState = () => folder.tell({ pid: process.pid, url, host: host?.pid, workers });
    const hear = (message: FromHost) => {
      if (message.kind === 'template') template.resolve(message);
      if (message.kind === 'ready') ready.resolve();
      if (message.kind === 'failed') ready.reject(new Error(message.reason));
      if (message.kind !== 'workers') return;
      workers = message.pids;
      tellState();
    };
    const faultConfig = await faultInjection(settings, { hostPid: () => host?.pid, log });
    if (faultConfig) emulators.push(faultConfig);
    const started = startHostProcess(
      project,
      {
        ...hostEnvironment(settings, withOwnSecrets(environment, folder)),
        ...faultConfig?.environment,
      },
      {
        port: settings.PORT,
        buildFolder: folder.in('build'),
        sqsUrl,
        region,
        workers: settings.WORKERS,
      },
      {
        onMessage: hear,
        onLine,
        onComplaint: (text) => log(complaintOf(text)),
      },
    );
    host = started;
    const broken = started.ended.then((how) => `The process of the functions ${how}`);
    const orBroken = <T>(promise: Promise<T>) =>
      Promise.race([promise, ready.promise.then(() => promise), broken.then(raise)]);

    const [sqs, dynamodb] = await Promise.all([
      running(
        startSqs({ port: settings.SQS_PORT, folder: folder.in('sqs'), releaseInFlight: true }),
      ),
      running(startDynamodb({ port: settings.DYNAMODB_PORT, folder: folder.in('dynamodb') })),
    ]);

    const told = await orBroken(template.promise);
    const place: Place = { region, stackName: told.stackName, sqsUrl };
    const resources = readResources(told.template, place);
    const s3 = startS3({
      port: settings.S3_PORT,
      folder: folder.in('s3'),
      secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
      buckets: resources.buckets.map(({ BucketName }) => BucketName),
      cors: corsOf(resources),
      onEvent: notifier(resources.buckets, place, { ...client, ...faultConfig?.notifier }, log),
    });
    await Promise.all([
      running(s3),
      createTables(resources, { ...client, endpoint: dynamodb.url }),
      createQueues(resources, { ...client, endpoint: sqs.url }, settings.LOCAL_VISIBILITY_SECONDS),
      bundleFunctions(told.handlers, { project, outFolder: folder.in('build') }),
    ]);
    started.send({ kind: 'prepared' });
    await orBroken(ready.promise);
    tellState();
    return { url, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Loaded only where it is asked for. */
const faultInjection = async (
  settings: LocalSettings,
  tools: { hostPid: () => number | undefined; log: (line: LogLine) => void },
): Promise<FaultInjection | undefined> => {
  if (settings.FAULTS === 'fair') return undefined;
  const { startFaultInjection } = await import('#test/faults/proxy/start-fault-injection.ts');
  return startFaultInjection(settings, tools);
};

const raise = (reason: string): never => {
  throw new Error(reason);
};

const complaintOf = (text: string): LogLine => {
  const [message = '', ...others] = text.split('\n');
  const error = others.length > 0 ? { error: others.join('\n') } : {};
  return logLine('ERROR', message, { function_name: 'serverless', ...error });
};

const corsOf = ({ buckets }: Resources) =>
  Object.fromEntries(
    buckets.map(({ BucketName, CorsConfiguration }) => [BucketName, CorsConfiguration.CorsRules]),
  );
