import { EditHeaders, OptionalEditSessionPath, StartEditBody } from '../edit-requests.ts';
import { EditSessionView } from '../edit-view.ts';
import { route, single } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const startEditRoute = route({
  ...editRoute,
  name: 'startEdit',
  code: [4000, 4001],
  methods: ['POST'],
  paths: ['/api/processes/{init_id}/edits'],
  aliases: ['/api/v1/process/book'],
  summary: 'Start an edit of a picture',
  description:
    'Responds as soon as the edit is queued. A URL of another host is fetched first, from public addresses only, so that an unusable source is reported at once. 409 where no provider is set up, or the process has its 100 edits.',
  request: { path: OptionalEditSessionPath, headers: EditHeaders, body: StartEditBody },
  replies: { 202: single('Queued; `edits` has this one only', EditSessionView) },
  faults: [400, 404, 409, 422],
});
