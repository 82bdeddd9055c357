import { setTimeout as pause } from 'node:timers/promises';
import { dynamoEventLog } from '#lib/aws/dynamo-event-log.ts';
import { config } from '#lib/config.ts';
import { readEvents } from '#lib/events/read-events.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { decodeEventCursor, encodeEventCursor } from '#lib/http/event-cursor.ts';
import { toEventView } from '#lib/http/event-view.ts';
import { pageReply } from '#lib/http/route.ts';
import { listEventsRoute } from '#lib/http/routes/list-events.ts';

const deps = { log: dynamoEventLog(config.tables), now: () => new Date(), pause };

export const handler = endpoint(
  listEventsRoute,
  async ({ query: { after, limit, wait } }) => {
    const query = { after: decodeEventCursor(after), limit, waitMs: wait * 1000 };
    const { events, next } = await readEvents(query, deps);
    return pageReply(events.map(toEventView), { limit, next_cursor: encodeEventCursor(next) });
  },
  config,
);
