import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqsStepQueues } from '#lib/aws/sqs-step-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import type { StepName } from '#lib/images/image.ts';
import { OutcomeMessage, StepMessage } from '#lib/images/messages.ts';
import { eventually } from '#test/support/eventually.ts';
import { inMemoryStepQueues } from '#test/support/in-memory-step-queues.ts';
import { openSqsBackend } from './backend.ts';
import { workersContract } from './step-queues.contract.ts';

workersContract('memory', () => {
  const workers = inMemoryStepQueues();
  return {
    workers,
    take: async (step) => workers.take(step),
    takeOutcome: async () => workers.outcomes.shift(),
  };
});

let backend: Awaited<ReturnType<typeof openSqsBackend>>;
beforeAll(async () => {
  backend = await openSqsBackend();
});
afterAll(() => backend.stop());

const open = async () => {
  const { client, makeQueue } = backend;
  const urls = {
    thumbnails: await makeQueue(),
    exif: await makeQueue(),
    caption: await makeQueue(),
    recordOutcome: await makeQueue(),
  };
  const receive = async (step: StepName) => {
    const { Messages: messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urls[step], WaitTimeSeconds: 0 }),
    );
    return messages?.[0];
  };
  const take = async (step: StepName) => {
    const message = await receive(step);
    if (!message) return undefined;
    const { ReceiptHandle, Body = '' } = message;
    await client.send(new DeleteMessageCommand({ QueueUrl: urls[step], ReceiptHandle }));
    return StepMessage.parse(JSON.parse(Body));
  };
  const takeOutcome = async () => {
    const { Messages: messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urls.recordOutcome, WaitTimeSeconds: 0 }),
    );
    const body = messages?.[0]?.Body;
    return body === undefined ? undefined : OutcomeMessage.parse(JSON.parse(body));
  };
  return { workers: sqsStepQueues(urls, client), urls, receive, take, takeOutcome };
};

workersContract('SQS', open);

describe('SQS', () => {
  const message = { image_id: 'an-image', rev: 1, run: 1, request_id: 'a-request' };

  it('calls no worker idle while it still works on a message', async () => {
    const { workers, receive } = await open();

    await workers.ask('exif', message);
    await eventually(async () => expect(await receive('exif')).toBeDefined());

    expect(await workers.isIdle('exif')).toBe(false);
  });

  it('gives a message back after the backoff, not before', async () => {
    const { workers, urls, receive } = await open();
    await workers.ask('exif', message);
    const first = await eventually(async () => {
      const received = await receive('exif');
      if (!received?.ReceiptHandle) throw new Error('nothing received');
      return received.ReceiptHandle;
    });

    const begun = performance.now();
    await sqsBackoff(backend.client)(urls.exif, first, 1);

    await eventually(async () => expect(await receive('exif')).toBeDefined());
    expect(performance.now() - begun).toBeGreaterThan(900);
  });
});
