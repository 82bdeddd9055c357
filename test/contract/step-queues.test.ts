import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { OutcomeMessage, StepMessage } from '#lib/images/messages.ts';
import { type StepName, type StepWorker, stepNames, steps } from '#lib/images/steps.ts';
import { eventually } from '#test/support/eventually.ts';
import { inMemoryStepQueues } from '#test/support/in-memory-step-queues.ts';
import { openSqsBackend } from './backend.ts';
import { workersContract } from './step-queues.contract.ts';

workersContract('memory', () => {
  const stepQueues = inMemoryStepQueues();
  return {
    stepQueues,
    receive: async (step) => stepQueues.receive(step),
    takeOutcome: async () => stepQueues.outcomes.shift(),
  };
});

let backend: Awaited<ReturnType<typeof openSqsBackend>>;
beforeAll(async () => {
  backend = await openSqsBackend();
});
afterAll(() => backend.stop());

const open = async () => {
  const { client, makeQueue } = backend;
  const workers = stepNames.map((name) => steps[name].worker);
  const entries = await Promise.all(
    workers.map(async (worker) => [worker, await makeQueue()] as const),
  );
  const urls = {
    ...(Object.fromEntries(entries) as Record<StepWorker, string>),
    'record-outcome': await makeQueue(),
  };
  const receive = async (step: StepName) => {
    const { Messages: messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urls[steps[step].worker], WaitTimeSeconds: 0 }),
    );
    return messages?.[0];
  };
  const receiveAndDelete = async (step: StepName) => {
    const message = await receive(step);
    if (!message) return undefined;
    const { ReceiptHandle, Body = '' } = message;
    await client.send(
      new DeleteMessageCommand({ QueueUrl: urls[steps[step].worker], ReceiptHandle }),
    );
    return StepMessage.parse(JSON.parse(Body));
  };
  const takeOutcome = async () => {
    const { Messages: messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urls['record-outcome'], WaitTimeSeconds: 0 }),
    );
    const body = messages?.[0]?.Body;
    return body === undefined ? undefined : OutcomeMessage.parse(JSON.parse(body));
  };
  return {
    stepQueues: sqsStepQueues(urls, client),
    urls,
    peek: receive,
    receive: receiveAndDelete,
    takeOutcome,
  };
};

workersContract('SQS', open);

describe('SQS', () => {
  const message = { image_id: 'an-image', rev: 1, run: 1, request_id: 'a-request' };

  it('does not count a worker as idle while it has a message', async () => {
    const { stepQueues, peek } = await open();

    await stepQueues.enqueue('exif', message);
    await eventually(async () => expect(await peek('exif')).toBeDefined());

    expect(await stepQueues.isIdle('exif')).toBe(false);
  });

  it('returns a message after the backoff, not before', async () => {
    const { stepQueues, urls, peek } = await open();
    await stepQueues.enqueue('exif', message);
    const first = await eventually(async () => {
      const received = await peek('exif');
      if (!received?.ReceiptHandle) throw new Error('nothing received');
      return received.ReceiptHandle;
    });

    const begun = performance.now();
    await sqsBackoff(backend.client)(urls['read-exif'], first, 1);

    await eventually(async () => expect(await peek('exif')).toBeDefined());
    expect(performance.now() - begun).toBeGreaterThan(900);
  });
});
