import { randomUUID } from 'node:crypto';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { sqsDeliverEventQueue } from '#lib/aws/sqs-deliver-event-queue.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { testWebhookRoute } from '#lib/http/routes/test-webhook.ts';
import { testWebhook } from '#lib/webhooks/test-webhook.ts';

const deps = {
  subscriptions: dynamoSubscriptions(config.tables),
  queue: sqsDeliverEventQueue(config.queues),
  newId: randomUUID,
  now: () => new Date(),
};

export const handler = endpoint(
  testWebhookRoute,
  async ({ path }) => {
    const { webhookId, eventId } = await testWebhook(path.webhook_id, deps);
    return reply(202, { webhook_id: webhookId, event_id: eventId });
  },
  config,
);
