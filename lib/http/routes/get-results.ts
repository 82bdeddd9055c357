import { BatchPath, ResultsQuery } from '../batch-requests.ts';
import { bytes, empty, route } from '../route.ts';
import { batchRoute } from './route-groups.ts';

export const getResultsRoute = route({
  ...batchRoute,
  name: 'getResults',
  methods: ['GET'],
  paths: ['/api/batches/{request_id}/results'],
  aliases: ['/api/download/{request_id}'],
  summary: 'The results of a batch, as CSV',
  description:
    'The columns of the input, `Output Image Urls` in the same order, and `Errors`. With `errors=1` only what failed, ready to be fixed and uploaded again.',
  request: { path: BatchPath, query: ResultsQuery },
  replies: {
    200: bytes('The CSV', 'text/csv; charset=utf-8'),
    302: empty('It is too large for a response, and is at `Location`'),
  },
  faults: [400, 404, 409],
});
