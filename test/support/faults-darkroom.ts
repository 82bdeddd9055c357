import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { differencesIn } from '#infra/audit/differences.ts';
import type { Kept } from '#infra/audit/kept.ts';
import { readAll } from '#infra/audit/read-all.ts';
import { openDynamodb, openS3 } from '#lib/aws/clients.ts';
import { Settings } from '#lib/settings.ts';
import { clientOf } from '#test/e2e/client.ts';
import { startCaptionServer } from './caption-server.ts';
import { type EmbeddedStackOptions, freePorts, startEmbeddedStack } from './embedded-stack.ts';
import { eventually } from './eventually.ts';
import { weatherAt } from './faults-weather.ts';

const queues = ['arrivals', 'make-thumbnails', 'read-exif', 'write-caption', 'note-outcome'];
const patienceMs = 10 * 60_000;
const Swept = z.object({ askedAgain: z.int(), gaveUp: z.int() });

export type FaultyDarkroom = Awaited<ReturnType<typeof startFaultyDarkroom>>;

/** A Darkroom whose weather a test makes; fair at first. It has a caption provider of its own. */
export const startFaultyDarkroom = async ({
  seed,
  workers = 'in-process',
  env = {},
}: { seed: number } & Pick<EmbeddedStackOptions, 'workers' | 'env'>) => {
  const captions = await startCaptionServer();
  const [weatherPort] = await freePorts(1);
  const stack = await startEmbeddedStack({
    workers,
    env: {
      CAPTION_PROVIDER: 'openai',
      CAPTION_API_KEY: 'any',
      CAPTION_BASE_URL: captions.url,
      CAPTION_TIMEOUT_SECONDS: '5',
      SWEEP_MINUTES: '0.05',
      WEATHER: 'hostile',
      WEATHER_SEED: String(seed),
      WEATHER_FAULTS: '0',
      WEATHER_COPIES: '1',
      WEATHER_DELAY_SECONDS: '0',
      WEATHER_KILLS: '0',
      WEATHER_PORT: String(weatherPort),
      ...env,
    },
  }).catch(async (error: unknown) => {
    await captions.stop();
    throw error;
  });
  const client = clientOf(stack);
  const weather = weatherAt(`http://127.0.0.1:${weatherPort}`);
  const place = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' },
  };
  const dynamodb = openDynamodb({
    ...place,
    endpoint: stack.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
  });
  const s3 = openS3({ ...place, endpoint: stack.env['AWS_ENDPOINT_URL_S3'] ?? '' });

  const depthOf = async (queue: string): Promise<number> => {
    const { Attributes = {} } = await client.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: await client.queueUrl(queue),
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    return Object.values(Attributes).reduce((sum, depth) => sum + Number(depth), 0);
  };
  const depths = async (suffix = '') => {
    const all = queues.map(async (name) => [name, await depthOf(`${name}${suffix}`)] as const);
    return Object.fromEntries((await Promise.all(all)).filter(([, depth]) => depth > 0));
  };

  /** Waits until no message is left in any queue. */
  const delivered = (within = patienceMs): Promise<void> =>
    eventually(
      async () => {
        const waiting = await depths();
        if (Object.keys(waiting).length > 0)
          throw new Error(`Not delivered: ${JSON.stringify(waiting)}`);
      },
      { within, every: 200 },
    );
  /** Waits until no image has anything to do, either. */
  const quiet = (within = patienceMs): Promise<void> =>
    eventually(
      async () => {
        await delivered(within);
        const { queued, processing } = await client.stats();
        if (queued + processing > 0)
          throw new Error(`Not quiet: ${JSON.stringify({ queued, processing })}`);
      },
      { within, every: 200 },
    );

  return {
    ...client,
    stack,
    captions,
    weather,
    delivered,
    quiet,
    /** How many messages each dead-letter queue keeps; those that keep none are left out. */
    deadLetters: () => depths('-dead'),
    /** Sends the same text several times, or several texts, ten at a time. */
    send: async (queue: string, bodies: readonly string[]): Promise<void> => {
      const QueueUrl = await client.queueUrl(queue);
      for (let from = 0; from < bodies.length; from += 10) {
        const Entries = bodies
          .slice(from, from + 10)
          .map((MessageBody, n): SendMessageBatchRequestEntry => ({ Id: `m${n}`, MessageBody }));
        await client.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    kept: (): Promise<Kept> => readAll({ stage: 'dev', dynamodb, s3 }),
    /** How often the sweep found a step that nobody worked on. */
    stuck: (): number => {
      const folder = join(stack.dataDir, 'logs');
      return readdirSync(folder)
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
        .filter((line) => line.includes('"message":"swept"'))
        .map((line) => Swept.parse(JSON.parse(line)))
        .reduce((sum, { askedAgain, gaveUp }) => sum + askedAgain + gaveUp, 0);
    },
    /** What npm run audit would print. */
    audit: async (): Promise<string[]> =>
      differencesIn(
        await readAll({ stage: 'dev', dynamodb, s3 }),
        Settings.shape.THUMBNAIL_SIZES.parse(undefined),
      ),
    stop: async () => {
      await stack.stop();
      await captions.stop();
      dynamodb.destroy();
      s3.destroy();
    },
  };
};
