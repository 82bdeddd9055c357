import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoEventDeliveries } from '#lib/aws/dynamo-event-deliveries.ts';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { sqsDeliverEventQueue } from '#lib/aws/sqs-deliver-event-queue.ts';
import { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  inMemoryEventDeliveries,
  inMemorySubscriptions,
} from '#test/support/in-memory-webhooks.ts';
import { openDynamodbBackend, openSqsBackend } from './backend.ts';
import { eventDeliveriesContract, subscriptionsContract } from './webhooks.contract.ts';

subscriptionsContract('memory', inMemorySubscriptions);
eventDeliveriesContract('memory', inMemoryEventDeliveries);

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());
const makeTable = async () => ({ webhooksTable: await backend.makeTable('WebhooksTable') });

subscriptionsContract('DynamoDB', async () =>
  dynamoSubscriptions(await makeTable(), backend.client),
);
eventDeliveriesContract('DynamoDB', async () =>
  dynamoEventDeliveries(await makeTable(), backend.client),
);

describe('DynamoDB', () => {
  it('expires a delivery after its next attempt is due and every dead letter is gone', async () => {
    const { webhooksTable } = await makeTable();
    const deliveries = dynamoEventDeliveries({ webhooksTable }, backend.client);
    const now = new Date('2026-11-30T10:00:00.000Z');
    const dueAt = '2026-12-30T10:00:00.000Z';
    const pending = { state: 'pending', round: 1, tries: 1, dueAt } as const;
    await deliveries.save({ webhookId: 'w', eventId: 'e' }, undefined, pending, now);

    const { Item } = await backend.client.send(
      new GetCommand({
        TableName: webhooksTable,
        Key: { webhook_id: 'w#e', part: 'delivery' },
      }),
    );

    expect(Item?.['expires']).toBe(Date.parse(dueAt) / 1000 + 15 * 24 * 60 * 60);
  });
});

describe('SQS', () => {
  it('sends many messages to deliver events, each exactly once', async () => {
    const queues = await openSqsBackend();
    try {
      const url = await queues.makeQueue();
      const messages = Array.from({ length: 23 }, (_, n) => ({
        webhook_id: 'größe',
        event_id: `evt_${n}`,
        type: 'image.done',
        body: '{"type":"image.done"}',
        attempt: 0,
        due_at: '2026-11-30T10:00:00.000Z',
      }));

      await sqsDeliverEventQueue({ 'deliver-event': url }, queues.client).enqueue(messages, 0);

      const received: DeliverEventMessage[] = [];
      await eventually(async () => {
        const { Messages = [] } = await queues.client.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
        );
        for (const { Body = '', ReceiptHandle } of Messages) {
          received.push(DeliverEventMessage.parse(JSON.parse(Body)));
          await queues.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
        }
        expect(received).toHaveLength(messages.length);
      });
      expect(received).toEqual(expect.arrayContaining(messages));
    } finally {
      await queues.stop();
    }
  });
});
