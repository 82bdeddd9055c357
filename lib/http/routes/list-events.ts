import { EventQuery } from '../event-requests.ts';
import { EventView } from '../event-view.ts';
import { list, route } from '../route.ts';
import { eventRoute } from './route-groups.ts';

export const listEventsRoute = route({
  ...eventRoute,
  name: 'listEvents',
  methods: ['GET'],
  paths: ['/api/events'],
  summary: 'What happened to images, batches and edits',
  description:
    'Each event once, in the order in which they were recorded, about a second late. `page.next_cursor` is never null: it is the `after` of the next request, also where there was no event. Events are stored for 24 hours; a cursor whose next event is older is refused with 400.',
  request: { query: EventQuery },
  replies: { 200: list('Events, oldest first', EventView) },
  faults: [400],
});
