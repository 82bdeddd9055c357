import { join } from 'node:path';
import { startDynamodb } from './emulators/dynamodb/start-dynamodb.ts';
import { type ObjectEvent, toNotification } from './emulators/s3/s3-event.ts';
import { startS3 } from './emulators/s3/start-s3.ts';
import { startSqs } from './emulators/sqs/start-sqs.ts';
import type { RunningServer } from './http/listen.ts';
import { openAws } from './template/call-aws.ts';
import { createQueues } from './template/create-queues.ts';
import { createTables } from './template/create-tables.ts';
import { findNotifiedQueues } from './template/notifications.ts';
import { type Resources, readResources } from './template/resources.ts';
import type { Template } from './template/template.ts';

export type LocalCloudOptions = {
  template: Template;
  /** Where everything is stored. */
  folder: string;
  /** 0 picks a free one. */
  ports: { s3: number; sqs: number; dynamodb: number };
  host?: string | undefined;
  region: string;
  accountId: string;
  /** What S3 checks signatures with. */
  secretAccessKey: string;
  stackName: string;
  parameters?: Record<string, string>;
  /** Instead of what the template says, where it says one. */
  visibilityTimeoutSeconds?: number | undefined;
  /** As startSqs has it. */
  releaseInFlight?: boolean | undefined;
  notifications?: NotificationOptions;
};

export type NotificationOptions = {
  /** How long S3's events take until a receiver sees them; 0 by default. */
  delayMs?: number;
  /** Sends in place of the in-process call. Where it rejects, S3 sends the event again. */
  send?: ((queueArn: string, body: string, delayMs: number) => Promise<void>) | undefined;
  /** Called with each event that its queues now have. */
  onSent?: (bucketName: string, event: ObjectEvent) => void;
};

export type LocalCloud = {
  urls: { s3: string; sqs: string; dynamodb: string };
  resources: Resources;
  /** As RunningDynamodb has it. */
  onStreamRecords(tableName: string, listener: () => void): () => void;
  stop(): Promise<void>;
};

/** A port that another process has. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly service: string;

  constructor(service: string, port: number) {
    super(`Port ${port} is taken, and ${service} was to listen there.`);
    this.service = service;
  }
}

/**
 * Starts S3, SQS and DynamoDB with the resources of a template; resolves when all of them are there.
 * Rejects with TemplateError or PortTakenError, having stopped what it had started.
 */
export const startLocalCloud = async (options: LocalCloudOptions): Promise<LocalCloud> => {
  const { template, folder, ports, host, region, accountId, secretAccessKey } = options;
  const { releaseInFlight, visibilityTimeoutSeconds } = options;
  const environmentAt = (sqsUrl: string) => ({ ...options, sqsUrl });
  // Once before anything starts: what is wrong with the template is said first.
  readResources(template, environmentAt('http://127.0.0.1'));

  const running: RunningServer[] = [];
  const stop = async () => {
    // S3 first: it sends its notifications to SQS.
    for (const server of running.splice(0).reverse()) await server.stop();
  };
  const start = async <Server extends RunningServer>(
    service: keyof typeof ports,
    starting: Promise<Server>,
  ): Promise<Server> => {
    const server = await starting.catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? new PortTakenError(service, ports[service]) : error;
    });
    running.push(server);
    return server;
  };

  try {
    const sqs = await start(
      'sqs',
      startSqs({
        port: ports.sqs,
        host,
        folder: join(folder, 'sqs'),
        region,
        accountId,
        releaseInFlight,
      }),
    );
    const dynamodb = await start(
      'dynamodb',
      startDynamodb({
        port: ports.dynamodb,
        host,
        folder: join(folder, 'dynamodb'),
        region,
        accountId,
      }),
    );
    const resources = readResources(template, environmentAt(sqs.url));
    await Promise.all([
      createQueues(resources.queues, openAws(sqs.url, { region }), visibilityTimeoutSeconds),
      createTables(resources.tables, openAws(dynamodb.url, { region })),
    ]);
    const buckets = new Map(resources.buckets.map((bucket) => [bucket.BucketName, bucket]));
    const { delayMs = 0, send, onSent } = options.notifications ?? {};
    const sendNotification = async (queueArn: string, body: string) =>
      send ? send(queueArn, body, delayMs) : sqs.sendMessage(queueArn, body, { delayMs });
    const queuesFor = (bucketName: string, event: { name: string; key: string }) => {
      const bucket = buckets.get(bucketName);
      return bucket ? findNotifiedQueues(bucket, event) : [];
    };
    const s3 = await start(
      's3',
      startS3({
        port: ports.s3,
        host,
        folder: join(folder, 's3'),
        secretAccessKey,
        buckets: [...buckets.keys()],
        cors: Object.fromEntries(
          resources.buckets.map((one) => [one.BucketName, one.CorsConfiguration.CorsRules]),
        ),
        region,
        isWanted: (bucketName, event) => queuesFor(bucketName, event).length > 0,
        onEvent: async (bucketName, event) => {
          const body = JSON.stringify(toNotification(bucketName, event, { region }));
          const queueArns = queuesFor(bucketName, event);
          await Promise.all(queueArns.map((queueArn) => sendNotification(queueArn, body)));
          if (queueArns.length > 0) onSent?.(bucketName, event);
        },
      }),
    );
    const urls = { s3: s3.url, sqs: sqs.url, dynamodb: dynamodb.url };
    return { urls, resources, onStreamRecords: dynamodb.onStreamRecords, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
