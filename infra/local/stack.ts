import { bundleFunctions } from '#infra/deploy/bundle.ts';
import type { ObjectEvent } from '#infra/local-cloud/emulators/s3/s3-event.ts';
import type { RunningServer } from '#infra/local-cloud/http/listen.ts';
import { startLocalCloud } from '#infra/local-cloud/start-local-cloud.ts';
import { imageIdOf } from '#lib/images/image.ts';
import type { DataFolder } from './data-folder.ts';
import { hostEnvironment, loopbackUrl } from './environments.ts';
import type { FromHost } from './host-messages.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';
import type { StartInterceptor } from './interceptor.ts';
import type { Environment, LocalSettings } from './local-settings.ts';
import { type LogLine, logLine } from './log-line.ts';
import { accountId } from './osls-service.ts';
import { checkPorts } from './ports.ts';
import { withWebhookSecret } from './webhook-secret.ts';

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
  startInterceptor?: StartInterceptor;
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
  const { project, folder, log, onLine, startInterceptor } = tools;
  await checkPorts([
    { port: settings.PORT, setting: 'PORT', serves: 'the API' },
    { port: settings.S3_PORT, setting: 'S3_PORT', serves: 'the embedded S3' },
    { port: settings.SQS_PORT, setting: 'SQS_PORT', serves: 'the embedded SQS' },
    { port: settings.DYNAMODB_PORT, setting: 'DYNAMODB_PORT', serves: 'the embedded DynamoDB' },
  ]);

  const url = loopbackUrl(settings.PORT);
  const sqsUrl = loopbackUrl(settings.SQS_PORT);
  const region = settings.AWS_REGION;
  const emulators: Pick<RunningServer, 'stop'>[] = [];
  let host: HostProcess | undefined;
  const stop = async () => {
    await host?.stop(); // first the functions, then what they work with
    for (const emulator of emulators.splice(0).reverse()) await emulator.stop();
  };

  try {
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
    const emulatorPorts = {
      s3: settings.S3_PORT,
      sqs: settings.SQS_PORT,
      dynamodb: settings.DYNAMODB_PORT,
    };
    const interceptor = await startInterceptor?.(emulatorPorts, { hostPid: () => host?.pid, log });
    if (interceptor) emulators.push(interceptor);
    const started = startHostProcess(
      project,
      {
        ...hostEnvironment(settings, withWebhookSecret(environment, folder)),
        ...interceptor?.environment,
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

    const { template: resources, stackName, handlers } = await orBroken(template.promise);
    const [cloud] = await Promise.all([
      startLocalCloud({
        template: resources,
        folder: folder.path,
        ports: emulatorPorts,
        region,
        accountId,
        stackName,
        secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
        visibilityTimeoutSeconds: settings.LOCAL_VISIBILITY_SECONDS,
        releaseInFlight: true,
        notifications: {
          delayMs: notificationDelayMs,
          send: interceptor?.sendNotification,
          onSent: (_bucket, event) => log(objectCreatedLine(event)),
        },
      }),
      bundleFunctions(handlers, { project, outFolder: folder.in('build') }),
    ]);
    emulators.push(cloud);
    started.send({ kind: 'prepared' });
    await orBroken(ready.promise);
    tellState();
    return { url, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const raise = (reason: string): never => {
  throw new Error(reason);
};

const complaintOf = (text: string): LogLine => {
  const [message = '', ...others] = text.split('\n');
  const error = others.length > 0 ? { error: others.join('\n') } : {};
  return logLine('ERROR', message, { function_name: 'serverless', ...error });
};

/**
 * S3's own notifications take a second or so. Without any delay one overtakes the record of an upload
 * that is still being answered, and both are written twice.
 */
const notificationDelayMs = 100;

const objectCreatedLine = ({ key, name, sizeBytes }: ObjectEvent): LogLine => {
  const fields = { image_id: imageIdOf(key), key, event: name, size_bytes: sizeBytes };
  return logLine('INFO', 'object arrived', { function_name: 's3', ...fields });
};
