import { list, route } from '../route.ts';
import { SubscriptionView } from '../webhook-view.ts';
import { webhookRoute } from './route-groups.ts';

export const listWebhooksRoute = route({
  ...webhookRoute,
  name: 'listWebhooks',
  methods: ['GET'],
  paths: ['/api/webhooks'],
  otherMethods: { '/api/webhooks': ['POST'] },
  summary: 'List webhooks',
  description: 'All of them, in the order in which they were created, each with its last attempts.',
  request: {},
  replies: { 200: list('The webhooks', SubscriptionView) },
  faults: [],
});
