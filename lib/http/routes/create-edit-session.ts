import { CreateEditSessionBody } from '../edit-requests.ts';
import { EditSessionView } from '../edit-view.ts';
import { route, single } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const createEditSessionRoute = route({
  ...editRoute,
  name: 'createEditSession',
  code: [3000, 3001],
  methods: ['POST'],
  paths: ['/api/processes'],
  aliases: ['/api/v1/initiate-process'],
  summary: 'Initiate a process: a session for edits that belong together',
  description:
    'Needs no body; `{"ttl_seconds": 3600}` sets the lifetime, 60 to 604800 (7 days). At most 1000 processes are stored: the next one replaces the oldest.',
  request: { body: CreateEditSessionBody },
  replies: { 201: single('The process; its `init_id` opens it', EditSessionView) },
  faults: [400, 422],
});
