import { EditSessionPath } from '../edit-requests.ts';
import { EditSessionView } from '../edit-view.ts';
import { route, single } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const getEditsRoute = route({
  ...editRoute,
  name: 'getEdits',
  code: [5000, 5001],
  methods: ['GET'],
  paths: ['/api/processes/{init_id}'],
  summary: 'A process and its edits, with status and result',
  description: '`status` and `result_url` are those of the newest edit.',
  request: { path: EditSessionPath },
  replies: { 200: single('The process', EditSessionView) },
  faults: [404],
});
