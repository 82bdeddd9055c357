import { route, single } from '../route.ts';
import { WebhookBody } from '../webhook-requests.ts';
import { SubscriptionView } from '../webhook-view.ts';
import { webhookRoute } from './route-groups.ts';

export const createWebhookRoute = route({
  ...webhookRoute,
  name: 'createWebhook',
  methods: ['POST'],
  paths: ['/api/webhooks'],
  summary: 'Subscribe a receiver to events',
  description:
    'Each event is a signed POST as Standard Webhooks says (see the webhooks of this document), tried again until the receiver responds with a 2xx; 410 disables the subscription, and so do five days of failed deliveries. At least once, with the same `webhook-id`; not in order.',
  request: { body: WebhookBody },
  replies: { 201: single('The webhook', SubscriptionView) },
  faults: [409, 422],
});
