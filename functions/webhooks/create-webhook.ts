import { randomUUID } from 'node:crypto';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { config, secretPresence } from '#lib/config.ts';
import { eventTypes } from '#lib/events/event.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { createWebhookRoute } from '#lib/http/routes/create-webhook.ts';
import { toSubscriptionView } from '#lib/http/webhook-view.ts';
import { explainUnusableUrl } from '#lib/web/unusable-url.ts';
import { createWebhook } from '#lib/webhooks/create-webhook.ts';

const deps = {
  subscriptions: dynamoSubscriptions(config.tables),
  explainUnusableUrl: explainUnusableUrl(config.webRequests.allowHosts),
  canSign: secretPresence('WEBHOOK_SECRET') !== undefined,
  newId: randomUUID,
  now: () => new Date(),
};

export const handler = endpoint(
  createWebhookRoute,
  async ({ body: { url, events = eventTypes } }) => {
    const subscription = await createWebhook({ url, events }, deps);
    return reply(201, toSubscriptionView({ subscription, attempts: [] }));
  },
  config,
);
