import { route, single } from '../route.ts';
import { WebhookPath } from '../webhook-requests.ts';
import { DeletedWebhookView } from '../webhook-view.ts';
import { webhookRoute } from './route-groups.ts';

export const deleteWebhookRoute = route({
  ...webhookRoute,
  name: 'deleteWebhook',
  methods: ['DELETE'],
  paths: ['/api/webhooks/{webhook_id}'],
  summary: 'Delete a webhook',
  description: 'Its receiver gets nothing any more, not even what waits for a further attempt.',
  request: { path: WebhookPath },
  replies: { 200: single('Deleted', DeletedWebhookView) },
  faults: [404],
});
