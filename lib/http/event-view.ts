import { z } from 'zod';
import { type Event, EventType } from '#lib/events/event.ts';

export const EventView = z
  .object({
    event_id: z.string().describe('the same in every response and webhook'),
    type: EventType,
    at: z.iso.datetime().describe('when it happened'),
    data: z.object({
      image_id: z.string().optional(),
      request_id: z.string().optional(),
      edit_id: z.string().optional(),
      status: z.string().describe('as in its record; `deleted` for an image that was deleted'),
      error: z.string().nullable(),
      error_code: z.string().nullable(),
    }),
  })
  .meta({ id: 'Event', description: 'Something that happened to an image, a batch or an edit' });
export type EventView = z.infer<typeof EventView>;

/** An event as the API shows it. */
export const toEventView = ({ eventId, type, at, data }: Event): EventView => ({
  event_id: eventId,
  type,
  at,
  data,
});
