import { route, single } from '../route.ts';
import { WebhookPath } from '../webhook-requests.ts';
import { SentTestView } from '../webhook-view.ts';
import { webhookRoute } from './route-groups.ts';

export const testWebhookRoute = route({
  ...webhookRoute,
  name: 'testWebhook',
  methods: ['POST'],
  paths: ['/api/webhooks/{webhook_id}/test'],
  summary: 'Send a test event to a webhook',
  description:
    'An event of the type `webhook.test`, whatever the webhook is subscribed to. It is attempted once; the attempts of the webhook say how that ended.',
  request: { path: WebhookPath },
  replies: { 202: single('Its delivery is enqueued', SentTestView) },
  faults: [404, 409],
});
