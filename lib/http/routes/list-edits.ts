import { EditListQuery } from '../edit-requests.ts';
import { EditView } from '../edit-view.ts';
import { list, route } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const listEditsRoute = route({
  ...editRoute,
  name: 'listEdits',
  code: [5000, 5001],
  methods: ['GET'],
  paths: ['/api/edits'],
  summary: 'Edits of all processes, newest first',
  description:
    'Until they expire with their process. One page; `page.next_cursor` is the cursor of the next, and null on the last.',
  request: { query: EditListQuery },
  replies: { 200: list('A page of edits', EditView) },
  faults: [400],
});
