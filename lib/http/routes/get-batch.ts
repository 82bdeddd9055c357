import { BatchListQuery, BatchPath } from '../batch-requests.ts';
import { BatchDetailsView } from '../batch-view.ts';
import { paged, route } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const getBatchRoute = route({
  ...batchRoute,
  name: 'getBatch',
  methods: ['GET'],
  paths: ['/api/batches/{request_id}'],
  otherMethods: { '/api/batches/{request_id}': ['DELETE'] },
  aliases: ['/api/details/{request_id}'],
  summary: 'One batch, with the state of each URL',
  description: 'Products come in pages, in the order of the CSV.',
  request: { path: BatchPath, query: BatchListQuery },
  replies: { 200: paged('The batch and a page of its products', BatchDetailsView) },
  faults: [400, 404],
});
