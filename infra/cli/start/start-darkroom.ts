import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions, openBundler } from '#infra/deploy/bundle.ts';
import type { ObjectEvent } from '#infra/local-cloud/emulators/s3/s3-event.ts';
import type { DataFolder } from '#infra/local-cloud/launcher/data-folder.ts';
import type { StartInterceptor } from '#infra/local-cloud/launcher/interceptor.ts';
import { type LogLine, logLine } from '#infra/local-cloud/launcher/log-line.ts';
import { checkPorts } from '#infra/local-cloud/launcher/ports.ts';
import { type Stack, startStack } from '#infra/local-cloud/launcher/start-stack.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import { imageIdOf } from '#lib/images/image.ts';
import { hostEnvironment } from './environments.ts';
import type { Environment, LocalSettings } from './local-settings.ts';
import { withOwnSecrets } from './own-secrets.ts';

type Tools = {
  project: string;
  folder: DataFolder;
  log: (line: LogLine) => void;
  /** What a function wrote that may or may not be a line of the log. */
  onLine: (line: string) => void;
  /** Called with what is being done until everything runs. */
  onProgress: (text: string) => void;
  reload?: boolean | undefined;
  startInterceptor?: StartInterceptor | undefined;
};

/**
 * S3's own notifications take a second or so. Without any delay one overtakes the record of an upload
 * that is still being answered, and both are written twice.
 */
const notificationDelayMs = 100;

/** Darkroom's functions on a local cloud of their own. Rejects with a sentence for a person. */
export const startDarkroom = async (
  settings: LocalSettings,
  environment: Environment,
  { project, folder, log, onLine, onProgress, reload, startInterceptor }: Tools,
): Promise<Stack> => {
  await checkPorts(
    [
      { port: settings.PORT, setting: 'PORT', serves: 'the API' },
      { port: settings.S3_PORT, setting: 'S3_PORT', serves: 'the embedded S3' },
      { port: settings.SQS_PORT, setting: 'SQS_PORT', serves: 'the embedded SQS' },
      { port: settings.DYNAMODB_PORT, setting: 'DYNAMODB_PORT', serves: 'the embedded DynamoDB' },
    ],
    'npm start',
  );
  return startStack({
    project,
    folder,
    ports: {
      http: settings.PORT,
      s3: settings.S3_PORT,
      sqs: settings.SQS_PORT,
      dynamodb: settings.DYNAMODB_PORT,
    },
    environment: hostEnvironment(settings, withOwnSecrets(environment, folder)),
    region: settings.AWS_REGION,
    accountId: '000000000000', // the one that emulators pretend to be
    secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
    visibilityTimeoutSeconds: settings.LOCAL_VISIBILITY_SECONDS,
    workers: settings.WORKERS,
    httpHost: settings.HOST,
    guard: {
      allowedOrigins: settings.CORS_ORIGINS,
      allowedHosts: publicHosts(environment['PUBLIC_URL']),
      refusals: refusalBodies,
    },
    bundle: reload
      ? openBundler(project)
      : (handlers, outFolder) => bundleFunctions(handlers, { project, outFolder }),
    notifications: {
      delayMs: notificationDelayMs,
      onSent: (_bucket, event) => log(objectCreatedLine(event)),
    },
    log,
    onLine,
    onProgress,
    reloadFolders: reload
      ? ['functions', 'lib'].filter((name) => existsSync(join(project, name)))
      : undefined,
    startInterceptor,
  });
};

/** A proxy or tunnel passes on the host that its clients know. */
const publicHosts = (url: string | undefined): string[] =>
  url && URL.canParse(url) ? [new URL(url).host] : [];

const refusal = (error: string) =>
  JSON.stringify({
    status: 'error',
    code: 1001,
    data: null,
    error,
    error_code: 'forbidden' satisfies ErrorCode,
  });
const refusalBodies = {
  host: refusal('This API answers requests for this machine only. Check the Host header.'),
  origin: refusal(
    'Pages of other origins may not use this API, which has no key. Set API_KEY, or name the ' +
      'origin in CORS_ORIGINS.',
  ),
};

const objectCreatedLine = ({ key, name, sizeBytes }: ObjectEvent): LogLine => {
  const fields = { image_id: imageIdOf(key), key, event: name, size_bytes: sizeBytes };
  return logLine('INFO', 'object created', { function_name: 's3', ...fields });
};
