import { z } from 'zod';

export const eventTypes = [
  'image.done',
  'image.failed',
  'image.deleted',
  'batch.ended',
  'edit.ended',
] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** Something that happened to an image, a batch or an edit; published at least once, with the same id each time. */
export const Event = z.object({
  eventId: z.string(),
  type: EventType,
  /** RFC 3339. */
  at: z.string(),
  /** The id of what it happened to, and what the API says of it from then on. */
  data: z.object({
    image_id: z.string().optional(),
    request_id: z.string().optional(),
    edit_id: z.string().optional(),
    status: z.string(),
    error: z.string().nullable(),
    error_code: z.string().nullable(),
  }),
});
export type Event = z.infer<typeof Event>;
