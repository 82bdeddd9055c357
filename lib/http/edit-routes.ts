import { CacheView } from './cache-view.ts';
import {
  CreateEditSessionBody,
  EditHeaders,
  EditSessionPath,
  EditStatusBody,
  OptionalEditSessionPath,
  StartEditBody,
} from './edit-requests.ts';
import { EditSessionView } from './edit-view.ts';
import { route, single } from './route.ts';

const edits = { private: true, tag: 'Edits' } as const;

/** The routes of AI edits and of the store they live in. */
export const editRoutes = {
  createEditSession: route({
    ...edits,
    name: 'createEditSession',
    code: [3000, 3001],
    methods: ['POST'],
    paths: ['/api/processes', '/api/v1/initiate-process'],
    summary: 'Initiate a process: a session for edits that belong together',
    description:
      'Needs no body; `{"ttl_seconds": 3600}` sets the lifetime, 60 to 604800 (7 days). At most 1000 processes are stored: the next one replaces the oldest.',
    request: { body: CreateEditSessionBody },
    replies: { 201: single('The process; its `init_id` opens it', EditSessionView) },
    faults: [400, 422],
  }),
  startEdit: route({
    ...edits,
    name: 'startEdit',
    code: [4000, 4001],
    methods: ['POST'],
    paths: ['/api/processes/{init_id}/edits', '/api/v1/process/book'],
    summary: 'Start an edit of a picture',
    description:
      'Responds as soon as the edit is queued. A URL of another host is fetched first, from public addresses only, so that an unusable source is reported at once. 409 where no provider is set up, or the process has its 100 edits.',
    request: { path: OptionalEditSessionPath, headers: EditHeaders, body: StartEditBody },
    replies: { 202: single('Queued; `edits` has this one only', EditSessionView) },
    faults: [400, 404, 409, 422],
  }),
  getEdits: route({
    ...edits,
    name: 'getEdits',
    code: [5000, 5001],
    methods: ['GET'],
    paths: ['/api/processes/{init_id}'],
    summary: 'A process and its edits, with status and result',
    description: '`status` and `result_url` are those of the newest edit.',
    request: { path: EditSessionPath },
    replies: { 200: single('The process', EditSessionView) },
    faults: [404],
  }),
  getEditStatus: route({
    ...edits,
    name: 'getEditStatus',
    code: [5000, 5001],
    methods: ['POST'],
    paths: ['/api/v1/process/status'],
    summary: 'The same, with the ids in the body',
    description:
      'By `init_id`, or by the `process_id` of an edit, whose `status` and `result_url` are then returned.',
    request: { body: EditStatusBody },
    replies: { 200: single('The process', EditSessionView) },
    faults: [400, 404, 422],
  }),
  getCacheStatus: route({
    ...edits,
    name: 'getCacheStatus',
    tag: 'Cache',
    code: [6000, 6001],
    methods: ['GET'],
    paths: ['/api/cache', '/api/v1/cache/status'],
    summary: 'The store of processes: entries, hits, misses',
    description: 'Sizes and lifetimes, never contents or ids that could be used.',
    request: {},
    replies: { 200: single('The store as it is now', CacheView) },
    faults: [],
  }),
};
