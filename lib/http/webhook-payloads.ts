import { z } from 'zod';
import { BatchStatus } from '#lib/batches/batch.ts';
import type { EventType } from '#lib/events/event.ts';
import { testEventType } from '#lib/webhooks/payload.ts';

const timestamp = z.iso.datetime().describe('when it happened');
const outcome = {
  error: z.string().nullable(),
  error_code: z.string().nullable(),
};

const imageEvent = <Type extends EventType>(type: Type, status: string) =>
  z.object({
    type: z.literal(type),
    timestamp,
    data: z.object({ image_id: z.string(), status: z.literal(status), ...outcome }),
  });

/** What receivers get for each type of event, for the OpenAPI document. */
export const eventPayloads = {
  'image.done': imageEvent('image.done', 'done').meta({
    id: 'ImageDonePayload',
    description: 'Every step of an image has ended.',
  }),
  'image.failed': imageEvent('image.failed', 'failed').meta({
    id: 'ImageFailedPayload',
    description: 'An image was refused, or a step that it needs has failed.',
  }),
  'image.deleted': imageEvent('image.deleted', 'deleted').meta({
    id: 'ImageDeletedPayload',
    description: 'An image was deleted.',
  }),
  'batch.ended': z
    .object({
      type: z.literal('batch.ended'),
      timestamp,
      data: z.object({ request_id: z.string(), status: BatchStatus, ...outcome }),
    })
    .meta({ id: 'BatchEndedPayload', description: 'A batch has ended, however it ended.' }),
  'edit.ended': z
    .object({
      type: z.literal('edit.ended'),
      timestamp,
      data: z.object({
        edit_id: z.string(),
        status: z.enum(['COMPLETED', 'FAILED']),
        ...outcome,
      }),
    })
    .meta({ id: 'EditEndedPayload', description: 'An edit has ended, however it ended.' }),
} satisfies Record<EventType, z.ZodType>;

export const TestPayload = z
  .object({
    type: z.literal(testEventType),
    timestamp,
    data: z.object({ webhook_id: z.string() }),
  })
  .meta({
    id: 'WebhookTestPayload',
    description: 'Requested by POST /api/webhooks/{webhook_id}/test; sent once.',
  });

export const BatchWebhookPayload = z
  .object({
    type: z.literal('batch.ended'),
    timestamp,
    request_id: z.string(),
    status: BatchStatus,
    total_products: z.int(),
    processed_products: z.int(),
    failed_images: z.int(),
    completion_percentage: z.number(),
    results_url: z
      .string()
      .nullable()
      .describe('the results as CSV; the API key is required. Null where the CSV was refused'),
  })
  .meta({
    id: 'BatchWebhookPayload',
    description: 'Sent to the webhook_url of a batch when the batch ends, however it ends.',
  });
