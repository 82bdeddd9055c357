import { EditStatusBody } from '../edit-requests.ts';
import { EditSessionView } from '../edit-view.ts';
import { route, single } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const getEditStatusRoute = route({
  ...editRoute,
  name: 'getEditStatus',
  code: [5000, 5001],
  methods: ['POST'],
  paths: ['/api/v1/process/status'],
  aliasOf: 'GET /api/processes/{init_id}',
  summary: 'The same, with the ids in the body',
  description:
    'By `init_id`, or by the `process_id` of an edit, whose `status` and `result_url` are then returned.',
  request: { body: EditStatusBody },
  replies: { 200: single('The process', EditSessionView) },
  faults: [400, 404, 422],
});
