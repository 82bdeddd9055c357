import { BatchListQuery } from '../batch-requests.ts';
import { BatchView } from '../batch-view.ts';
import { list, route } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const listBatchesRoute = route({
  ...batchRoute,
  name: 'listBatches',
  methods: ['GET'],
  paths: ['/api/batches'],
  otherMethods: { '/api/batches': ['POST'] },
  summary: 'Batches, newest first',
  description: 'One page; `page.next_cursor` is the cursor of the next, and null on the last.',
  request: { query: BatchListQuery },
  replies: { 200: list('A page of batches', BatchView) },
  faults: [400],
});
