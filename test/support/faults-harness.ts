import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { createClient } from '#test/e2e/client.ts';
import { startCaptionServer } from './caption-server.ts';
import { type EmbeddedStackOptions, startEmbeddedStack } from './embedded-stack.ts';
import { openAuditor } from './faults-audit.ts';
import { noFaultsYet } from './faults-config.ts';
import { watchQueues } from './faults-idle.ts';

const Logged = z.object({ timestamp: z.iso.datetime() });
const Swept = z.object({ requeued: z.int(), gaveUp: z.int() });

export type FaultyDarkroom = Awaited<ReturnType<typeof startFaultyDarkroom>>;

/** A stack with fault injection, without faults at first, and with its own caption provider. */
export const startFaultyDarkroom = async ({
  seed,
  workers = 'in-process',
  env = {},
}: { seed: number } & Pick<EmbeddedStackOptions, 'workers' | 'env'>) => {
  const captions = await startCaptionServer();
  const { env: faultEnv, faultControl } = await noFaultsYet();
  const stack = await startEmbeddedStack({
    faultInjection: true,
    workers,
    env: {
      CAPTION_PROVIDER: 'openai',
      CAPTION_API_KEY: 'any',
      CAPTION_BASE_URL: captions.url,
      CAPTION_TIMEOUT_SECONDS: '5',
      SWEEP_MINUTES: '0.05',
      ...faultEnv,
      FAULTS_SEED: String(seed),
      ...env,
    },
  }).catch(async (error: unknown) => {
    await captions.stop();
    throw error;
  });
  const client = createClient(stack);
  const { close, ...auditor } = openAuditor(stack);

  const logged = (message: string): unknown[] => {
    const folder = join(stack.dataDir, 'logs');
    return readdirSync(folder)
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line.includes(`"message":"${message}"`))
      .map((line) => JSON.parse(line));
  };

  return {
    ...client,
    stack,
    captions,
    faultControl,
    ...watchQueues(client, auditor),
    ...auditor,
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
    /** Runs npm run redrive; returns its output. */
    redrive: async (): Promise<string> => {
      const env = { PATH: process.env['PATH'], ...stack.env };
      const command = ['infra/cli/redrive.ts', '--settings', 'none'];
      return (await promisify(execFile)(process.execPath, command, { env })).stdout;
    },
    /** How many steps without a worker the sweep found. */
    stuck: (): number =>
      logged('swept')
        .map((line) => Swept.parse(line))
        .reduce((sum, { requeued, gaveUp }) => sum + requeued + gaveUp, 0),
    /** When fault injection last killed a process. */
    lastKill: (): Date => {
      const [last] = logged('a process was killed')
        .map((line) => Logged.parse(line).timestamp)
        .toSorted()
        .slice(-1);
      if (!last) throw new Error('No process was killed.');
      return new Date(last);
    },
    stop: async () => {
      await stack.stop();
      await captions.stop();
      close();
    },
  };
};
