import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { type SqsOptions, startSqs } from '../../emulators/sqs/start-sqs.ts';
import { account } from './account.ts';

/** An empty folder that is removed when the test has ended. */
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'local-sqs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export type Sqs = ReturnType<typeof connect>;

/** The real SDK at this address, with the calls that most tests make. */
export const connect = (endpoint: string) => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'secret' };
  const client = new SQSClient({
    region: account.region,
    endpoint,
    credentials,
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
  onTestFinished(() => client.destroy());
  const readAttributes = async (QueueUrl: string): Promise<Partial<Record<string, string>>> => {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    return (await client.send(command)).Attributes ?? {};
  };
  const createQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  const receive = async (
    QueueUrl: string,
    options: Partial<ReceiveMessageCommandInput> = {},
    abortSignal?: AbortSignal,
  ) => {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...options,
    });
    return (await client.send(command, abortSignal ? { abortSignal } : {})).Messages ?? [];
  };

  return {
    client,
    readAttributes,
    createQueue,
    receive,
    bodies: async (url: string, options: Partial<ReceiveMessageCommandInput> = {}) =>
      (await receive(url, options)).map(({ Body }) => Body),
    send: (QueueUrl: string, MessageBody: string, options: Partial<SendMessageCommandInput> = {}) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...options })),
    delete: (QueueUrl: string, ReceiptHandle: string | undefined) =>
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    /** A queue, and another that takes its dead letters. */
    async createPair(name: string, maxReceiveCount: number, Attributes = {}) {
      const deadLetters = await createQueue(`${name}-dlq`);
      const { QueueArn = '' } = await readAttributes(deadLetters);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount });
      const queue = await createQueue(name, { RedrivePolicy, ...Attributes });
      return { queue, deadLetters, deadLettersArn: QueueArn };
    },
  };
};

/** SQS in this process, in memory unless a folder is given, and a client of it. */
export const start = async (options: Partial<SqsOptions> = {}) => {
  const running = await startSqs({ port: 0, ...account, ...options });
  onTestFinished(running.stop);
  return { ...running, sqs: connect(running.url) };
};

const script = fileURLToPath(new URL('./sqs-process.ts', import.meta.url));

/** SQS in a process of its own, which can be killed as a crash would. */
export const startProcess = (options: Partial<SqsOptions>) =>
  running(
    spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );

/** The same, with no file longer than so many KB: what lies beyond fails as on a full disk. */
export const startProcessOnSmallDisk = (options: Partial<SqsOptions>, maxFileKb: number) => {
  const command = `ulimit -f ${maxFileKb * 2}; exec "$0" "$@"`; // sh counts in half kilobytes
  const args = ['-c', command, process.execPath, script, JSON.stringify(options)];
  return running(spawn('sh', args, { stdio: ['ignore', 'pipe', 'ignore'] }));
};

/** Receives from the queue `work` in a process that kills itself amid a move. How that ended. */
export const killedWhileMoving = (folder: string) => {
  const dying = fileURLToPath(new URL('./dies-while-moving.ts', import.meta.url));
  return spawnSync(process.execPath, [dying, folder], { stdio: 'inherit' }).signal;
};

const running = async (child: ChildProcessByStdio<null, Readable, null>) => {
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url: String(url), sqs: connect(String(url)), kill };
};
