import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoEventDeliveries } from '#lib/aws/dynamo-event-deliveries.ts';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { sqsDeliverEventQueue } from '#lib/aws/sqs-deliver-event-queue.ts';
import { newSecret, sendWebhook } from '#lib/web/webhook.ts';
import { createWebhook } from '#lib/webhooks/create-webhook.ts';
import { deliverEvent } from '#lib/webhooks/deliver-event.ts';
import { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import { listWebhooks } from '#lib/webhooks/list-webhooks.ts';
import { notifySubscribers } from '#lib/webhooks/notify-subscribers.ts';
import { eventually } from '#test/support/eventually.ts';
import { type ReceiverAnswer, startWebhookReceiver } from '#test/support/webhook-receiver.ts';
import { verifyBy } from '#test/support/webhook-verifiers.ts';
import { anEvent } from '#test/support/webhooks-harness.ts';
import { openDynamodbBackend, openSqsBackend } from './backend.ts';

let dynamodb: Awaited<ReturnType<typeof openDynamodbBackend>>;
let sqs: Awaited<ReturnType<typeof openSqsBackend>>;
beforeAll(async () => {
  [dynamodb, sqs] = await Promise.all([openDynamodbBackend(), openSqsBackend()]);
});
afterAll(() => Promise.all([dynamodb.stop(), sqs.stop()]));

const [newer, older] = [newSecret(), newSecret()] as const;
const retries = 2;

/** One event to one receiver, by SQS, DynamoDB and HTTP, until no message is left. */
const deliverTo = async (
  answer: (n: number) => ReceiverAnswer,
  { timeoutMs = 20_000 }: { timeoutMs?: number } = {},
) => {
  const receiver = await startWebhookReceiver({ respond: answer });
  const url = await sqs.makeQueue();
  const webhooksTable = await dynamodb.makeTable('WebhooksTable');
  const now = () => new Date();
  const queue = sqsDeliverEventQueue({ 'deliver-event': url }, sqs.client);
  let enqueued = 0;
  const deps = {
    subscriptions: dynamoSubscriptions({ webhooksTable }, dynamodb.client),
    deliveries: dynamoEventDeliveries({ webhooksTable }, dynamodb.client),
    queue: {
      enqueue: async (...[messages, delaySeconds]: Parameters<typeof queue.enqueue>) => {
        await queue.enqueue(messages, delaySeconds);
        enqueued += messages.length;
      },
    },
    send: sendWebhook({
      allowHosts: [receiver.host],
      timeoutMs,
      secret: async () => `${newer},${older}`,
      now,
    }),
    schedule: Array.from({ length: retries }, () => 0),
    random: () => 0,
    now,
  };
  try {
    await createWebhook(
      { url: receiver.url, events: ['image.done'] },
      { ...deps, explainUnusableUrl: () => undefined, canSign: true, newId: () => 'a-webhook' },
    );
    const { notify } = notifySubscribers(deps);
    await notify([anEvent('evt_1'), anEvent('evt_2', 'image.failed')]);
    await notify([anEvent('evt_1')]);

    for (let handled = 0; handled < enqueued; handled++) {
      const { Body = '', ReceiptHandle } = await eventually(async () => {
        const { Messages: [message] = [] } = await sqs.client.send(
          new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 1 }),
        );
        if (!message) throw new Error('No message waits.');
        return message;
      });
      await deliverEvent(DeliverEventMessage.parse(JSON.parse(Body)), deps);
      await sqs.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }

    for (const call of receiver.calls)
      for (const verify of Object.values(verifyBy))
        for (const secret of [newer, older])
          expect(verify(call, secret)).toMatchObject({ type: 'image.done' });
    expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [webhook] = await listWebhooks(deps);
    return {
      state: webhook?.subscription.state,
      statuses: webhook?.attempts.map(({ status }) => status),
      errors: webhook?.attempts.map(({ error }) => error),
      times: webhook?.attempts.map(({ at }) => Date.parse(at)) ?? [],
      calls: receiver.calls,
    };
  } finally {
    await receiver.stop();
  }
};

describe.concurrent('an event, notified twice, is delivered to a receiver', () => {
  it('that takes it: once', async () => {
    expect(await deliverTo(() => ({ status: 204 }))).toMatchObject({
      state: 'active',
      statuses: [204],
      errors: [null],
    });
  });

  it('that fails and breaks the connection: until it takes it', async () => {
    const answers: ReceiverAnswer[] = [{ status: 500 }, 'reset', { status: 200 }];
    const { statuses, calls } = await deliverTo((n) => answers[n - 1] ?? { status: 500 });

    expect(statuses).toEqual([500, null, 200]);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
  });

  it('that has no such page, or does not trust the signature: as often as the schedule says', async () => {
    for (const status of [404, 401])
      expect((await deliverTo(() => ({ status }))).statuses).toEqual([status, status, status]);
  });

  it('that redirects: never to the other address', async () => {
    const other = await startWebhookReceiver();
    const redirect = (status: number) => () => ({ status, headers: { location: other.url } });

    expect((await deliverTo(redirect(307))).statuses).toEqual([307, 307, 307]);
    expect((await deliverTo(redirect(308))).statuses).toEqual([308]);
    expect(other.calls).toEqual([]);
    await other.stop();
  });

  it('that hangs: with a timeout, then again', async () => {
    const { statuses, errors } = await deliverTo((n) => (n === 1 ? 'never' : { status: 204 }), {
      timeoutMs: 2000,
    });

    expect(statuses).toEqual([null, 204]);
    expect(errors?.[0]).toMatch(/did not finish within 2 s\.$/);
  });

  it('that is gone: once, and nothing else', async () => {
    expect(await deliverTo(() => ({ status: 410 }))).toMatchObject({
      state: 'disabled',
      statuses: [410],
    });
  });

  it('that sends Retry-After: after that wait', async () => {
    const { statuses, times } = await deliverTo((n) =>
      n === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 204 },
    );

    expect(statuses).toEqual([429, 204]);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('that sends a wrong Retry-After: as if it had said nothing', async () => {
    for (const wait of ['-1', 'tomorrow', '1e9', 'Mon, 01 Jan 2001 00:00:00 GMT']) {
      const answer = (n: number) =>
        n === 1 ? { status: 503, headers: { 'retry-after': wait } } : { status: 204 };
      expect((await deliverTo(answer)).statuses, wait).toEqual([503, 204]);
    }
  });
});
