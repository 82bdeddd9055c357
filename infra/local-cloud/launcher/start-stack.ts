import { join } from 'node:path';
import { buildVariable, type FromHost, type HostOptions } from '../host/host-messages.ts';
import { type HostProcess, startHostProcess } from '../host/host-process.ts';
import type { RunningServer } from '../http/listen.ts';
import {
  type LocalCloud,
  type LocalCloudOptions,
  type NotificationOptions,
  startLocalCloud,
} from '../start-local-cloud.ts';
import { collectGarbage, garbageAfterMs } from './collect-garbage.ts';
import type { DataFolder } from './data-folder.ts';
import type { StartInterceptor } from './interceptor.ts';
import { type LogLine, logLine } from './log-line.ts';
import { reloadOnChange } from './reload.ts';
import { versionedBundles } from './versioned-bundles.ts';

export type Stack = {
  url: string;
  /** Resolves when the functions' process ended unexpectedly, with the reason. */
  broken: Promise<string>;
  stop(): Promise<void>;
};

export type StackOptions = Pick<
  LocalCloudOptions,
  'region' | 'accountId' | 'secretAccessKey' | 'visibilityTimeoutSeconds'
> & {
  /** The folder of the serverless.yml. */
  project: string;
  folder: DataFolder;
  ports: LocalCloudOptions['ports'] & { http: number };
  /** What the functions' process finds in its environment, endpoints of S3, SQS and DynamoDB included. */
  environment: Readonly<Record<string, string>>;
  workers: HostOptions['workers'];
  /** The address of the API; S3, SQS and DynamoDB listen on 127.0.0.1 whatever it is. */
  httpHost: string;
  guard: HostOptions['guard'];
  /** Makes `<outFolder>/<module>.mjs` for each handler. */
  bundle: (handlers: readonly string[], outFolder: string) => Promise<void>;
  notifications: NotificationOptions;
  log: (line: LogLine) => void;
  /** Called with each line that a function wrote, which may or may not be a line of the log. */
  onLine: (line: string) => void;
  onProgress: (text: string) => void;
  /** Folders of the project whose changes exchange the functions while everything runs. */
  reloadFolders?: readonly string[] | undefined;
  startInterceptor?: StartInterceptor | undefined;
};

/**
 * Starts S3, SQS and DynamoDB with what serverless.yml names, and its functions; resolves when the
 * first request can come. Rejects with a sentence for the person at the terminal, having stopped what
 * it had started.
 */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  const { project, folder, ports, log, onLine } = options;
  const url = `http://127.0.0.1:${ports.http}`;
  const emulators: Pick<RunningServer, 'stop'>[] = [];
  let host: HostProcess | undefined;
  const hostPid = () => host?.pid;
  const stop = async () => {
    await host?.stop(); // first the functions, then what they work with
    for (const emulator of emulators.splice(0).reverse()) await emulator.stop();
  };

  try {
    const interceptor = await options.startInterceptor?.(ports, { hostPid, log });
    if (interceptor) emulators.push(interceptor);
    options.onProgress('reading serverless.yml');
    const messages = hearHost((workers) =>
      folder.writeState({ pid: process.pid, url, host: hostPid(), workers }),
    );
    const started = startHostProcess(
      project,
      { ...hostEnvironment(options), ...interceptor?.environment },
      hostOptions(options),
      { onMessage: messages.hear, onLine, onComplaint: (text) => log(complaintLine(text)) },
    );
    host = started;
    const broken = started.ended.then((how) => `The process of the functions ${how}`);
    const orBroken = <T>(promise: Promise<T>) =>
      Promise.race([promise, messages.ready.then(() => promise), broken.then(raise)]);
    const bundles = options.reloadFolders && versionedBundles(folder.in('build'), options.bundle);
    const { template, stackName, handlers } = await orBroken(messages.template);
    options.onProgress('starting S3, SQS and DynamoDB, bundling the functions');
    const [cloud] = await Promise.all([
      startLocalCloud({
        ...options,
        template,
        folder: folder.path,
        stackName,
        releaseInFlight: true,
        notifications: { ...options.notifications, send: interceptor?.sendNotification },
      }),
      bundles ? bundles.build(handlers) : options.bundle(handlers, folder.in('build')),
    ]);
    emulators.push(cloud);
    forwardStreamRecords(cloud, started);
    options.onProgress('loading the functions');
    bundles?.writeEntries(handlers);
    started.send({ kind: 'prepared' });
    await orBroken(messages.ready);
    collectGarbage(garbageAfterMs);
    messages.notifyWorkers();
    if (bundles) {
      const folders = options.reloadFolders ?? [];
      const load = loadInto(started, messages.nextLoaded);
      emulators.push(reloadOnChange({ project, folders, handlers, bundles, load, log }));
    }
    return { url, broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Has the functions' process load changed modules from a folder; resolves with what became of it. */
const loadInto =
  <T>(host: HostProcess, nextLoaded: () => T) =>
  (folder: string, modules: string[]): T => {
    const loaded = nextLoaded();
    host.send({ kind: 'load', folder, modules });
    return loaded;
  };

const hostEnvironment = ({ environment, folder, reloadFolders }: StackOptions) => ({
  ...environment,
  NODE_COMPILE_CACHE: folder.in('compile-cache'),
  ...(reloadFolders && { [buildVariable]: join(folder.in('build'), 'v1') }),
});

const hostOptions = (options: StackOptions): HostOptions => {
  const { folder, ports, region, accountId, workers, httpHost, guard } = options;
  return {
    ...{ region, accountId, workers, guard, host: httpHost, port: ports.http },
    buildFolder: folder.in('build'),
    sqsUrl: `http://127.0.0.1:${ports.sqs}`,
    dynamodbUrl: `http://127.0.0.1:${ports.dynamodb}`,
    checkpointFile: folder.in('streams', 'checkpoints.db'),
    streamPollMs: 10_000, // new records wake the readers: forwardStreamRecords
  };
};

/** The readers of streams are in another process than DynamoDB, and need not poll for each record. */
const forwardStreamRecords = (cloud: LocalCloud, host: HostProcess): void => {
  for (const { TableName: table, StreamSpecification } of cloud.resources.tables)
    if (StreamSpecification)
      cloud.onStreamRecords(
        table,
        oncePerTurn(() => host.send({ kind: 'stream-records', table })),
      );
};

/** The messages of the functions' host, as promises; rejects `ready` where it cannot continue. */
const hearHost = (onWorkers: (pids: number[]) => void) => {
  const template = Promise.withResolvers<Extract<FromHost, { kind: 'template' }>>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {}); // awaited later, perhaps, than it rejects
  let workers: number[] = [];
  let loading: PromiseWithResolvers<void> | undefined;
  const nextLoaded = () => {
    loading = Promise.withResolvers<void>();
    return loading.promise;
  };
  const notifyWorkers = () => onWorkers(workers);
  const hear = (message: FromHost) => {
    if (message.kind === 'template') template.resolve(message);
    if (message.kind === 'ready') ready.resolve();
    if (message.kind === 'failed') ready.reject(new Error(message.reason));
    if (message.kind === 'loaded') {
      if (message.reason === undefined) loading?.resolve();
      else loading?.reject(new Error(message.reason));
    }
    if (message.kind !== 'workers') return;
    workers = message.pids;
    notifyWorkers();
  };
  return { hear, notifyWorkers, nextLoaded, template: template.promise, ready: ready.promise };
};

/** Commits come in bursts; one message covers all that happen before the next turn of the loop. */
const oncePerTurn = (call: () => void) => {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      call();
    });
  };
};

const raise = (reason: string): never => {
  throw new Error(reason);
};

const complaintLine = (text: string): LogLine => {
  const [message = '', ...others] = text.split('\n');
  const error = others.length > 0 ? { error: others.join('\n') } : {};
  return logLine('ERROR', message, { function_name: 'serverless', ...error });
};
