import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { deleteWebhookRoute } from '#lib/http/routes/delete-webhook.ts';
import { deleteWebhook } from '#lib/webhooks/delete-webhook.ts';

const deps = { subscriptions: dynamoSubscriptions(config.tables) };

export const handler = endpoint(
  deleteWebhookRoute,
  async ({ path }) => {
    await deleteWebhook(path.webhook_id, deps);
    return reply(200, { webhook_id: path.webhook_id, deleted: true as const });
  },
  config,
);
