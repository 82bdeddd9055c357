import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { startSqs } from '#infra/local/emulators/sqs.ts';
import { eventually } from './eventually.ts';
import { someFolder, startKillable } from './killable.ts';
import { sqsClientOf } from './sqs-client.ts';

let sqs: SQSClient;
let url: string;
let port: number;
let folder: string;
beforeEach(async () => {
  folder = someFolder();
  const running = await startSqs({ port: 0, folder }); // as npm start has it
  onTestFinished(running.stop);
  ({ url, port } = running);
  sqs = sqsClientOf(url);
});

const createQueue = async (name: string, Attributes = {}, client = sqs) =>
  (await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl ?? '';
const send = (QueueUrl: string, MessageBody: string, DelaySeconds?: number) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
const receive = async (QueueUrl: string, options = {}, client = sqs) => {
  const asked = { QueueUrl, MessageSystemAttributeNames: ['All'] as const, ...options };
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ ...asked, MessageSystemAttributeNames: ['All'] }),
  );
  return Messages;
};
const attributesOf = async (QueueUrl: string) =>
  (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;

test('says that a port is taken', async () => {
  await expect(startSqs({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('is reachable on this machine only', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal);

  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  if (outside) await expect(fetch(`http://${outside.address}:${port}/health`)).rejects.toThrow();
});

test('lets no page in a browser put a message into a queue', async () => {
  const queue = await createQueue('work');
  const { QueueArn = '' } = (await attributesOf(queue)) ?? {};
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:forged';
  const forms = [
    { Action: 'CreateTopic', Name: 'forged' },
    {
      Action: 'Subscribe',
      TopicArn,
      Protocol: 'sqs',
      Endpoint: QueueArn,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': 'true',
    },
    { Action: 'Publish', TopicArn, Message: 'forged' },
  ];

  const statuses: number[] = [];
  for (const form of forms) {
    const { status } = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    statuses.push(status);
  }

  expect(await receive(queue)).toEqual([]);
  expect(statuses).toEqual([400, 400, 400]);
});

test('answers SQS and whether it is there, and says to all else what it takes', async () => {
  const json = 'application/x-amz-json-1.0';
  const unasked = {
    'content-type': `text/plain; of=${json}`,
    'x-amz-target': 'AmazonSQS.ListQueues',
  };
  const others: [string, RequestInit][] = [
    ['/', { method: 'POST', headers: unasked, body: '{}' }],
    [
      '/',
      {
        method: 'OPTIONS',
        headers: { origin: 'https://a.page', 'access-control-request-method': 'POST' },
      },
    ],
    ['/', {}],
    ['/bucket', { method: 'PUT' }],
    ['/bucket', { method: 'POST', headers: { 'content-type': json }, body: '{}' }],
    ['/_fauxqs/queues', {}],
  ];

  for (const [path, request] of others) {
    const response = await fetch(new URL(path, url), request);
    expect(response.status).toBe(400);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('JSON') });
  }
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('wakes a waiting receiver at once', async () => {
  const queue = await createQueue('waited-for');
  const waiting = receive(queue, { WaitTimeSeconds: 10 });
  const startedAt = Date.now();

  await send(queue, 'hello');

  expect((await waiting).map(({ Body }) => Body)).toEqual(['hello']);
  expect(Date.now() - startedAt).toBeLessThan(5_000); // and not when it has waited for all of ten
});

test('hides a message while it is worked on, and counts how often it was given', async () => {
  const queue = await createQueue('worked-on', { VisibilityTimeout: '3' });
  await send(queue, 'work');

  const [first] = await receive(queue);
  const hidden = await receive(queue);
  const counts = await attributesOf(queue);
  const [second] = await receive(queue, { WaitTimeSeconds: 10 });

  expect(first?.Attributes?.ApproximateReceiveCount).toBe('1');
  expect(hidden).toEqual([]);
  expect(counts).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
  await sqs.send(
    new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: second?.ReceiptHandle }),
  );
  expect(await attributesOf(queue)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
});

test('gives a message back when its visibility is set to 0', async () => {
  const queue = await createQueue('given-back');
  await send(queue, 'again');
  const [first] = await receive(queue);

  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );

  expect((await receive(queue)).map(({ Body }) => Body)).toEqual(['again']);
});

test('gives a message back though the disk has no room to say so', async () => {
  const queue = await createQueue('given-back');
  await send(queue, 'again');
  const [first] = await receive(queue);
  const database = new DatabaseSync(join(folder, 'fauxqs.db'));
  onTestFinished(() => database.close());
  const noRoom = "BEFORE UPDATE ON sqs_messages BEGIN SELECT RAISE(FAIL, 'disk is full'); END";
  database.exec(`CREATE TRIGGER full_disk ${noRoom}`);
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => reported.mockRestore());

  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  database.exec('DROP TRIGGER full_disk');

  expect((await receive(queue)).map(({ Body }) => Body)).toEqual(['again']);
  expect(reported).toHaveBeenCalledOnce();
});

test('holds a delayed message back', async () => {
  const queue = await createQueue('delayed');
  await send(queue, 'later', 3);

  const tooEarly = await receive(queue);
  const counts = await attributesOf(queue);
  const inTime = await receive(queue, { WaitTimeSeconds: 10 });

  expect(tooEarly).toEqual([]);
  expect(counts).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' });
  expect(inTime.map(({ Body }) => Body)).toEqual(['later']);
});

test('moves a message to the dead letters when it was given too often', async () => {
  const dead = await createQueue('dead');
  const { QueueArn } = (await attributesOf(dead)) ?? {};
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 2 });
  const queue = await createQueue('alive', { RedrivePolicy, VisibilityTimeout: '0' });
  await send(queue, 'poison');

  const given = [await receive(queue), await receive(queue), await receive(queue)];
  const [letter] = await receive(dead);

  expect(given.map((messages) => messages.length)).toEqual([1, 1, 0]);
  expect(letter?.Body).toBe('poison');
});

test('brings messages in flight back after SIGKILL', async () => {
  const folder = someFolder();
  const first = await startKillable('sqs', folder);
  const before = sqsClientOf(first.url);
  const queue = await createQueue('survivors', { VisibilityTimeout: '1' }, before);
  for (const MessageBody of ['in flight', 'waiting']) {
    await before.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
  }
  await receive(queue, { MaxNumberOfMessages: 1 }, before);

  await first.kill();
  const second = await startKillable('sqs', folder);
  const after = sqsClientOf(second.url);
  const bodies = new Set<string | undefined>();
  await eventually(
    async () => {
      const found = await receive(queue, { MaxNumberOfMessages: 10, VisibilityTimeout: 60 }, after);
      for (const { Body } of found) bodies.add(Body);
    },
    () => bodies.size === 2,
  );

  expect([...bodies].sort()).toEqual(['in flight', 'waiting']);
});
