import { dynamoEventDeliveries } from '#lib/aws/dynamo-event-deliveries.ts';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { sqsDeliverEventQueue } from '#lib/aws/sqs-deliver-event-queue.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { config } from '#lib/config.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { eventWebhookLog } from '#lib/queue/webhook-log.ts';
import { sendWebhook } from '#lib/web/webhook.ts';
import { deliverEvent } from '#lib/webhooks/deliver-event.ts';
import { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';

const now = () => new Date();
const deps = {
  subscriptions: dynamoSubscriptions(config.tables),
  deliveries: dynamoEventDeliveries(config.tables),
  queue: sqsDeliverEventQueue(config.queues),
  send: sendWebhook({
    ...config.webRequests,
    timeoutMs: 20_000,
    secret: () => secret('WEBHOOK_SECRET'),
    now,
  }),
  schedule: config.webhookSchedule,
  random: Math.random,
  now,
};

export const handler = consumer(DeliverEventMessage, (message) => deliverEvent(message, deps), {
  queueUrl: config.queues['deliver-event'],
  backOff: sqsBackoff(),
  log: eventWebhookLog,
});
