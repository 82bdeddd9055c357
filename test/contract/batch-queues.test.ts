import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import {
  CloseMessage,
  ExpandMessage,
  ImportMessage,
  WebhookMessage,
} from '#lib/batches/messages.ts';
import { eventually } from '#test/support/eventually.ts';
import { inMemoryBatchQueues } from '#test/support/in-memory-batch-queues.ts';
import { openSqsBackend } from './backend.ts';
import { type BatchQueue, batchQueuesContract } from './batch-queues.contract.ts';

batchQueuesContract('memory', () => {
  const batchQueues = inMemoryBatchQueues();
  const { waiting } = batchQueues;
  return {
    batchQueues,
    take: async (queue) =>
      queue === 'webhook' ? waiting.webhook.shift()?.message : waiting[queue].shift(),
  };
});

let backend: Awaited<ReturnType<typeof openSqsBackend>>;
beforeAll(async () => {
  backend = await openSqsBackend();
});
afterAll(() => backend.stop());

const schemas = {
  expand: ExpandMessage,
  import: ImportMessage,
  close: CloseMessage,
  webhook: WebhookMessage,
};

const open = async () => {
  const { client, makeQueue } = backend;
  const urls = {
    'object-created': await makeQueue(),
    'expand-batch': await makeQueue(),
    'import-row': await makeQueue(),
    'record-outcome': await makeQueue(),
    'close-batch': await makeQueue(),
    'send-webhook': await makeQueue(),
  };
  const queueUrls: Record<BatchQueue, string> = {
    expand: urls['expand-batch'],
    import: urls['import-row'],
    close: urls['close-batch'],
    webhook: urls['send-webhook'],
  };
  const receive = async (QueueUrl: string) => {
    const { Messages: messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0 }),
    );
    return messages?.[0];
  };
  const take = async (queue: BatchQueue): Promise<unknown> => {
    const message = await receive(queueUrls[queue]);
    if (!message) return undefined;
    const { ReceiptHandle, Body = '' } = message;
    await client.send(new DeleteMessageCommand({ QueueUrl: queueUrls[queue], ReceiptHandle }));
    return schemas[queue].parse(JSON.parse(Body));
  };
  return { batchQueues: sqsBatchQueues(urls, client), urls, receive, take };
};

batchQueuesContract('SQS', open);

describe('SQS', () => {
  const request = { request_id: 'a-batch' };

  it('does not count a worker as idle while it has a message', async () => {
    const { batchQueues, urls, receive } = await open();

    await batchQueues.close(request);
    await eventually(async () => expect(await receive(urls['close-batch'])).toBeDefined());

    expect(await batchQueues.areIdle()).toBe(false);
  });

  it.each(['record-outcome', 'object-created'] as const)(
    'counts no worker as idle while a message waits in %s',
    async (queue) => {
      const { batchQueues, urls } = await open();
      await eventually(async () => expect(await batchQueues.areIdle()).toBe(true));

      await backend.client.send(
        new SendMessageCommand({ QueueUrl: urls[queue], MessageBody: '{}' }),
      );

      await eventually(async () => expect(await batchQueues.areIdle()).toBe(false));
    },
  );

  it('delivers a webhook message when it is due, and not before', async () => {
    const { batchQueues, take } = await open();
    const begun = performance.now();

    await batchQueues.sendWebhook(
      { ...request, round: 1, attempt: 0, due_at: '2026-11-20T10:00:00.000Z' },
      1,
    );

    await eventually(async () => expect(await take('webhook')).toBeDefined());
    expect(performance.now() - begun).toBeGreaterThan(900);
  });
});
