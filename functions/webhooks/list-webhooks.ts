import { dynamoEventDeliveries } from '#lib/aws/dynamo-event-deliveries.ts';
import { dynamoSubscriptions } from '#lib/aws/dynamo-subscriptions.ts';
import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { pageReply } from '#lib/http/route.ts';
import { listWebhooksRoute } from '#lib/http/routes/list-webhooks.ts';
import { toSubscriptionView } from '#lib/http/webhook-view.ts';
import { listWebhooks } from '#lib/webhooks/list-webhooks.ts';
import { maxSubscriptions } from '#lib/webhooks/subscription.ts';

const deps = {
  subscriptions: dynamoSubscriptions(config.tables),
  deliveries: dynamoEventDeliveries(config.tables),
};

export const handler = endpoint(
  listWebhooksRoute,
  async () => {
    const all = await listWebhooks(deps);
    return pageReply(all.map(toSubscriptionView), { limit: maxSubscriptions, next_cursor: null });
  },
  config,
);
