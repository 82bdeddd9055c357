import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { type EditServer, startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { startWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';
import { editKey } from './settings.ts';

const Parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean(),
  schema: z.looseObject({
    examples: z.array(z.unknown()).optional(),
    default: z.unknown().optional(),
  }),
});
const Operation = z.looseObject({
  parameters: z.array(Parameter),
  requestBody: z.object({ content: z.looseObject({ 'application/json': z.unknown() }) }).optional(),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
const JsonBody = z.object({ schema: z.object({ $ref: z.string() }) });
const WithExamples = z.looseObject({ examples: z.array(z.unknown()).min(1) });

const bytes = await drawnJpeg({ width: 320, height: 240, seed: 961 });
const { origin, darkroom } = await openWithOrigin({
  '/photo.jpg': bytes,
  '/products.csv': new TextEncoder().encode(createCsv(['http://127.0.0.1:9/a.jpg'])),
});
let receiver: WebhookReceiver;
let editor: EditServer;
afterAll(() => Promise.all([origin.stop(), receiver?.stop(), editor?.stop()]));

const document = Document.parse(JSON.parse((await darkroom.call('/openapi.json')).text));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    title: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
);

/** What the ids and addresses of the examples become here. */
const known: [string, string][] = [];
const withKnown = (text: string) =>
  known.reduce((sofar, [example, ours]) => sofar.replaceAll(example, ours), text);

/** A request as Swagger UI fills it in: the examples, and the defaults of the query. */
const fillIn = ({
  path,
  method,
  operation: { parameters, requestBody },
}: (typeof operations)[number]) => {
  const values = parameters.map(({ schema, ...rest }) => ({
    ...rest,
    value: schema.examples?.[0] ?? schema.default,
  }));
  const query = new URLSearchParams();
  for (const { name, in: place, value } of values)
    if (place === 'query' && value !== undefined) query.set(name, String(value));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    String(values.find((parameter) => parameter.name === name)?.value ?? 'gallery.css'),
  );
  const json = requestBody?.content['application/json'];
  return {
    address: withKnown(`${filled}${query.size ? `?${query}` : ''}`),
    init: {
      method,
      redirect: 'manual' as const,
      ...(json !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: withKnown(JSON.stringify(findExample(JsonBody.parse(json).schema.$ref))),
      }),
    },
  };
};
const findExample = (ref: string): unknown => {
  const schema = document.components.schemas[ref.split('/').at(-1) ?? ''];
  return WithExamples.parse(schema).examples[0];
};

const readId = (data: unknown, name: string): string =>
  z
    .record(z.string(), z.unknown())
    .transform((one) => String(one[name]))
    .parse(data);

beforeAll(async () => {
  receiver = await startWebhookReceiver({ port: inject('serverPorts').receiver });
  editor = await startEditServer({ key: editKey, port: inject('serverPorts').edits });
  const { url: hook } = receiver;
  const post = async (path: string, body: unknown) =>
    (
      await darkroom.json(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    ).data;
  const { image_id: imageId } = await darkroom.uploadOne({ name: 'example.jpg', bytes });
  const initId = readId(await post('/api/processes', {}), 'init_id');
  const webhookId = readId(
    await post('/api/webhooks', { url: hook, events: ['edit.ended'] }),
    'webhook_id',
  );
  const requestId = await darkroom.start(createCsv([`${origin.url}/photo.jpg`]), {
    fields: { webhook_url: hook },
  });
  await darkroom.ended(imageId);
  const { products } = await darkroom.batchEnded(requestId);
  known.push(
    ['https://example.com/photo.jpg', `${origin.url}/photo.jpg`],
    ['https://example.com/products.csv', `${origin.url}/products.csv`],
    ['https://example.com/hook', hook],
    ['mfrggzdfmztwq2lknnwg23tpob.jpg', `${products[0]?.images[0]?.image_id}.jpg`],
    ['mfrggzdfmztwq2lknnwg23tpob', imageId],
    ['042-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33', initId],
    ['0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e', requestId],
    ['7c1e7d1c-5d0a-4f2e-8d0b-6a3f0c9d2b11', webhookId],
  );
}, 120_000);

/** What is refused although the request is right, because of the state that things are in. */
const notNow: Record<string, string> = {
  'POST /api/images/{image_id}/retry': 'nothing_to_retry',
  'DELETE /api/batches/{request_id}': 'batch_ended',
  'GET /i/{image_id}/{preset}': 'invalid_link', // its signature is in the links of a record
};
const isDelete = ({ method }: { method: string }) => method === 'DELETE';
const inOrder = [
  ...operations.filter((operation) => !isDelete(operation)),
  ...operations.filter(isDelete),
];

describe('the examples of the OpenAPI document, with ids that exist', () => {
  it.each(inOrder)('succeed for $title', async (operation) => {
    const { address, init } = fillIn(operation);

    const { status, text } = await darkroom.call(address, init);

    const code = notNow[operation.title.replace(/^HEAD/, 'GET')];
    if (!code)
      expect(status, `${address} ${init.body ?? ''}: ${text.slice(0, 300)}`).toBeLessThan(400);
    else if (operation.method !== 'HEAD')
      expect(JSON.parse(text)).toMatchObject({ error_code: code });
  });

  it('leave nothing at work for other tests to meet', async () => {
    await eventually(
      async () => {
        const { queued, processing } = await darkroom.countByStatus();
        expect({ queued, processing }).toEqual({ queued: 0, processing: 0 });
        const { data } = await darkroom.json('/api/edits?limit=1');
        expect(data).toMatchObject([{ status: expect.stringMatching(/COMPLETED|FAILED/) }]);
      },
      { within: darkroom.scaleTimeout(60_000) },
    );
    // The webhooks that the examples added.
    const { data } = await darkroom.json('/api/webhooks');
    const own = z
      .array(z.looseObject({ webhook_id: z.string(), url: z.string() }))
      .parse(data)
      .filter(({ url }) => url === receiver.url);
    for (const { webhook_id } of own)
      expect(
        await darkroom.json(`/api/webhooks/${webhook_id}`, { method: 'DELETE' }),
      ).toMatchObject({ status: 200 });
  });
});
