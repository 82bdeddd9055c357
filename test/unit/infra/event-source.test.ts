import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startSqs } from '#infra/local-cloud/emulators/sqs/start-sqs.ts';
import {
  type Mapping,
  type Running,
  SqsEvent,
  startEventSource,
} from '#infra/local-cloud/lambda/event-source.ts';
import { openSqsPoller } from '#infra/local-cloud/lambda/sqs-poller.ts';
import { eventually } from '#test/support/eventually.ts';

const emulator = await startSqs({ port: 0, region: 'us-east-1', accountId: '000000000000' });
afterAll(() => emulator.stop());
const sqs = new SQSClient({
  endpoint: emulator.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' },
  useQueueUrlAsEndpoint: false,
});

const poller = openSqsPoller(emulator.url);
afterAll(() => poller.close());

let running: Running[] = [];
afterEach(async () => {
  await Promise.all(running.map((source) => source.stop(1000)));
  running = [];
});

let queues = 0;
const aQueue = async (attributes: Record<string, string> = {}) => {
  const name = `queue-${queues++}`;
  await sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      // Long, or what stands still for a moment would come twice.
      Attributes: { VisibilityTimeout: '30', ...attributes },
    }),
  );
  return {
    queueUrl: `${emulator.url}/000000000000/${name}`,
    queueArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  };
};

const aMapping = async (more: Partial<Mapping> = {}): Promise<Mapping> => {
  const { arn: _, ...settings } = SqsEvent.parse('arn');
  return { ...settings, ...(await aQueue()), ...more };
};

type Batch = { Records: SQSRecord[] };
const start = (mapping: Mapping, invoke: (event: Batch) => Promise<unknown>) => {
  const errors: unknown[] = [];
  const report = (error: unknown) => void errors.push(error);
  const source = startEventSource(mapping, { sqs: poller, region: 'us-east-1', invoke, report });
  running.push(source);
  return { errors, source };
};

const send = (QueueUrl: string, bodies: string[]) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

const leftIn = async ({ queueUrl: QueueUrl }: Pick<Mapping, 'queueUrl'>) => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes['ApproximateNumberOfMessages']) +
    Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
  );
};
const isEmpty = (mapping: Mapping) =>
  eventually(async () => expect(await leftIn(mapping)).toBe(0), { within: 15_000 });

describe('the event source', () => {
  it('passes records to the function as Lambda does', async () => {
    const mapping = await aMapping();
    const seen: SQSRecord[] = [];
    start(mapping, async ({ Records }) => void seen.push(...Records));

    await sqs.send(
      new SendMessageCommand({
        QueueUrl: mapping.queueUrl,
        MessageBody: 'hello',
        MessageAttributes: { colour: { DataType: 'String', StringValue: 'red' } },
      }),
    );

    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({
      body: 'hello',
      eventSource: 'aws:sqs',
      eventSourceARN: mapping.queueArn,
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { colour: { stringValue: 'red', dataType: 'String' } },
      md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(Number(seen[0]?.attributes.SentTimestamp)).toBeGreaterThan(1_600_000_000_000);
    expect(seen[0]?.messageId).not.toBe('');
    await isEmpty(mapping);
  });

  it('deletes what succeeded, and retries what the function reports as failed', async () => {
    const mapping = await aMapping({
      functionResponseType: 'ReportBatchItemFailures',
      ...(await aQueue({ VisibilityTimeout: '2' })),
    });
    const counts: Record<string, number> = {};
    start(mapping, async ({ Records }) => {
      for (const { body } of Records) counts[body] = (counts[body] ?? 0) + 1;
      const bad = Records.filter(({ body }) => body === 'bad' && (counts[body] ?? 0) < 3);
      return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });

    await send(mapping.queueUrl, ['good', 'bad', 'fine']);

    await isEmpty(mapping);
    expect(counts).toEqual({ good: 1, bad: 3, fine: 1 });
  });

  it('retries the whole batch when the function throws, and reports the error', async () => {
    const mapping = await aMapping({
      functionResponseType: 'ReportBatchItemFailures',
      ...(await aQueue({ VisibilityTimeout: '1' })),
    });
    const receives: string[] = [];
    const { errors } = start(mapping, async ({ Records }) => {
      receives.push(...Records.map((record) => record.attributes.ApproximateReceiveCount));
      if (receives.length <= 2) throw new Error('the light went out');
    });

    await send(mapping.queueUrl, ['one', 'two']);

    await isEmpty(mapping);
    expect(receives).toContain('2');
    expect(String(errors[0])).toContain('the light went out');
  });

  it('lets a message go to the dead-letter queue after maxReceiveCount failures', async () => {
    const dead = await aQueue();
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: dead.queueArn,
      maxReceiveCount: 2,
    });
    const mapping = await aMapping(await aQueue({ RedrivePolicy, VisibilityTimeout: '1' }));
    let calls = 0;
    start(mapping, async () => {
      calls++;
      throw new Error('never');
    });

    await send(mapping.queueUrl, ['poison']);

    await eventually(async () => expect(await leftIn(dead)).toBe(1));
    expect(calls).toBe(2);
  });

  it('never processes more batches at once than its maximum concurrency', async () => {
    const mapping = await aMapping({ batchSize: 1, maximumConcurrency: 2 });
    let atWork = 0;
    let most = 0;
    start(mapping, async () => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setTimeout(resolve, 20));
      atWork--;
    });

    await send(mapping.queueUrl, ['a', 'b', 'c', 'd', 'e', 'f']);

    await isEmpty(mapping);
    expect(most).toBe(2);
  });

  it('processes messages in the order they were sent when its concurrency is 1', async () => {
    const mapping = await aMapping({ batchSize: 1, maximumConcurrency: 1 });
    const order: string[] = [];
    const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    await send(mapping.queueUrl, letters);

    start(mapping, async ({ Records }) => void order.push(...Records.map(({ body }) => body)));

    await isEmpty(mapping);
    expect(order).toEqual(letters);
  });

  it('collects messages for the batching window', async () => {
    const mapping = await aMapping({
      batchSize: 3,
      maximumBatchingWindow: 5,
      maximumConcurrency: 1,
    });
    const sizes: number[] = [];
    start(mapping, async ({ Records }) => void sizes.push(Records.length));

    for (const body of ['a', 'b', 'c']) await send(mapping.queueUrl, [body]);

    await isEmpty(mapping);
    expect(sizes).toEqual([3]);
  });

  it('finishes messages in progress before it stops, and receives no more', async () => {
    const mapping = await aMapping({ maximumConcurrency: 1 });
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    let begun = 0;
    const { source } = start(mapping, async () => {
      begun++;
      await mayEnd;
    });
    await send(mapping.queueUrl, ['last']);
    await eventually(() => expect(begun).toBe(1));

    const stopping = source.stop(5000);
    await send(mapping.queueUrl, ['too late']);
    end();
    await stopping;

    expect(begun).toBe(1);
    expect(await leftIn(mapping)).toBe(1);
  });
});

it('the event source accepts numbers that come as text from an environment variable', () => {
  expect(SqsEvent.parse({ arn: 'x', batchSize: '1', maximumConcurrency: '4' })).toMatchObject({
    batchSize: 1,
    maximumConcurrency: 4,
  });
});
