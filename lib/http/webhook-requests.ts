import { z } from 'zod';
import { EventType, eventTypes } from '#lib/events/event.ts';
import type { Missing } from '#lib/not-found.ts';
import { WebUrl } from './web-url.ts';

/** A malformed id names no webhook, so it is 404 and not 400. */
export const WebhookPath = z.object({
  webhook_id: z
    .string()
    .regex(/^[0-9a-f-]{36}$/, 'webhook_not_found' satisfies Missing)
    .meta({
      description: 'the id of the webhook',
      examples: ['7c1e7d1c-5d0a-4f2e-8d0b-6a3f0c9d2b11'],
    }),
});

export const WebhookBody = z
  .object({
    url: WebUrl.meta({
      description: 'receives a signed POST for each event',
    }),
    events: z
      .array(EventType)
      .min(1, 'must name at least one event; leave it out for all')
      .max(eventTypes.length)
      .optional()
      .meta({ description: 'types of events; by default all' }),
  })
  .meta({
    id: 'WebhookRequest',
    examples: [{ url: 'https://example.com/hook', events: ['image.done', 'image.failed'] }],
  });
