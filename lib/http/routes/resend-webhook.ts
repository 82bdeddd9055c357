import { BatchPath } from '../batch-requests.ts';
import { BatchView } from '../batch-view.ts';
import { route, single } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const resendWebhookRoute = route({
  ...batchRoute,
  name: 'resendWebhook',
  methods: ['POST'],
  paths: ['/api/batches/{request_id}/webhook'],
  summary: 'Deliver the webhook of a batch again',
  description: 'With the same `webhook-id`, so that a receiver recognizes it.',
  request: { path: BatchPath },
  replies: { 202: single('The batch, its webhook pending', BatchView) },
  faults: [404, 409],
});
