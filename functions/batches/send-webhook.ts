import { dynamoBatches } from '#lib/aws/dynamo-batches.ts';
import { sqsBatchQueues } from '#lib/aws/sqs-batch-queues.ts';
import { sqsBackoff } from '#lib/aws/sqs-visibility.ts';
import { secret } from '#lib/aws/ssm-secrets.ts';
import { WebhookMessage } from '#lib/batches/messages.ts';
import { sendWebhook } from '#lib/batches/send-webhook.ts';
import { config } from '#lib/config.ts';
import { consumer } from '#lib/queue/consumer.ts';
import { batchWebhookLog } from '#lib/queue/webhook-log.ts';
import { sendWebhook as send } from '#lib/web/webhook.ts';

const now = () => new Date();
const deps = {
  batches: dynamoBatches(config.tables),
  batchQueues: sqsBatchQueues(config.queues),
  send: send({
    ...config.webRequests,
    timeoutMs: 20_000,
    secret: () => secret('WEBHOOK_SECRET'),
    now,
  }),
  schedule: config.webhookSchedule,
  random: Math.random,
  now,
};

export const handler = consumer(WebhookMessage, (message) => sendWebhook(message, deps), {
  queueUrl: config.queues['send-webhook'],
  backOff: sqsBackoff(),
  log: batchWebhookLog,
});
