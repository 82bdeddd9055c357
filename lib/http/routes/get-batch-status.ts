import { BatchPath } from '../batch-requests.ts';
import { BatchView } from '../batch-view.ts';
import { route, single } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const getBatchStatusRoute = route({
  ...batchRoute,
  name: 'getBatchStatus',
  methods: ['GET'],
  paths: ['/api/status/{request_id}'],
  aliasOf: 'GET /api/batches/{request_id}',
  summary: 'The progress of a batch',
  description: 'As `GET /api/batches/{request_id}`, without the products.',
  request: { path: BatchPath },
  replies: { 200: single('The batch', BatchView) },
  faults: [404],
});
