import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventTypes } from '#lib/events/event.ts';
import { openapiDocument } from '#lib/http/openapi.ts';

const Webhook = z.object({
  post: z.looseObject({
    operationId: z.string(),
    parameters: z.array(z.looseObject({ name: z.string(), in: z.literal('header') })),
    requestBody: z.object({
      required: z.literal(true),
      content: z.object({
        'application/json': z.object({ schema: z.object({ $ref: z.string() }) }),
      }),
    }),
    responses: z.record(z.string(), z.object({ description: z.string() })),
  }),
});
const { webhooks, components, paths } = z
  .looseObject({
    webhooks: z.record(z.string(), Webhook),
    components: z.looseObject({
      schemas: z.record(z.string(), z.looseObject({ properties: z.looseObject({}).optional() })),
    }),
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
  })
  .parse(openapiDocument());
const all = Object.entries(webhooks);

describe('the webhooks of the OpenAPI document', () => {
  it('are one for each type of event, the test, and that of a batch', () => {
    expect(Object.keys(webhooks)).toEqual([...eventTypes, 'webhook.test', 'batch.webhook']);
  });

  it.each(all)('say what %s holds, and by which headers it is verified', (name, { post }) => {
    const [, schema = ''] =
      /^#\/components\/schemas\/(.+)$/.exec(
        post.requestBody.content['application/json'].schema.$ref,
      ) ?? [];
    const type = name === 'batch.webhook' ? 'batch.ended' : name;
    expect(components.schemas[schema]).toMatchObject({
      properties: { type: { const: type }, timestamp: { format: 'date-time' } },
    });
    expect(post.parameters.map((parameter) => parameter.name)).toEqual([
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ]);
  });

  it('have ids that no other operation has', () => {
    const ids = [
      ...all.map(([, { post }]) => post.operationId),
      ...Object.values(paths).flatMap((methods) =>
        Object.values(methods).map(({ operationId }) => operationId),
      ),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, { post }] of all) expect(post.operationId).toMatch(/^receive[A-Z][A-Za-z]+$/);
  });
});
