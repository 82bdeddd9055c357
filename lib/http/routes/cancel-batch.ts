import { BatchPath } from '../batch-requests.ts';
import { BatchView } from '../batch-view.ts';
import { route, single } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const cancelBatchRoute = route({
  ...batchRoute,
  name: 'cancelBatch',
  methods: ['DELETE'],
  paths: ['/api/batches/{request_id}'],
  summary: 'Stop an unfinished batch',
  description:
    'Nothing more is fetched. What is done stays; the other pictures end as `cancelled`, and the image of one that is in the pipeline already ends as failed, which a retry of it undoes. Then the batch ends as `cancelled`, with its results and its webhook.',
  request: { path: BatchPath },
  replies: { 202: single('The batch, which is being cancelled', BatchView) },
  faults: [404, 409],
});
