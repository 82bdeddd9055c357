import type { z } from 'zod';
import { type Json, jsonSchema, type Schemas } from './openapi-schemas.ts';
import { BatchWebhookPayload, eventPayloads, TestPayload } from './webhook-payloads.ts';

/** The requests that receivers get, by type. */
export const openapiWebhooks = (schemas: Schemas): Json => ({
  ...Object.fromEntries(
    Object.entries(eventPayloads).map(([type, payload]) => [
      type,
      toWebhook({ type, tag: 'Webhooks', payload }, schemas),
    ]),
  ),
  'webhook.test': toWebhook(
    { type: 'webhook.test', tag: 'Webhooks', payload: TestPayload },
    schemas,
  ),
  'batch.webhook': toWebhook(
    { type: 'batch.webhook', tag: 'Batches', payload: BatchWebhookPayload },
    schemas,
  ),
});

const toWebhook = (
  { type, tag, payload }: { type: string; tag: string; payload: z.ZodType },
  schemas: Schemas,
): Json => ({
  post: {
    operationId: `receive${type.replaceAll(/(^|\W+)(\w)/g, (_, __, letter) => letter.toUpperCase())}`,
    tags: [tag],
    summary: `Receive ${type}`,
    description: `${payload.description} Signed as Standard Webhooks says: verify before you trust it, and use \`webhook-id\` to recognize what you have already handled.`,
    security: [],
    parameters: headers,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: jsonSchema(payload, schemas) } },
    },
    responses: {
      '2XX': { description: 'Received. Respond within 20 seconds.' },
      '410': { description: 'No more of these: nothing is sent any more.' },
      default: {
        description:
          'It is sent again by WEBHOOK_SCHEDULE, not before a Retry-After; not after 301 and 308. Redirects are not followed.',
      },
    },
  },
});

const header = (name: string, description: string): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const headers = [
  header('webhook-id', 'The same in every attempt.'),
  header('webhook-timestamp', 'Of this attempt, in seconds since 1970.'),
  header(
    'webhook-signature',
    '`v1,` and the base64 of an HMAC-SHA256 over `id.timestamp.body`; several, separated by spaces, while a secret is replaced.',
  ),
];
