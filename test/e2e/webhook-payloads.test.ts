import { afterAll, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { eventTypes } from '#lib/events/event.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { startWebhookReceiver, type WebhookCall } from '#test/support/webhook-receiver.ts';
import { verifyBy } from '#test/support/webhook-verifiers.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';
import { editKey, webhookSecret } from './settings.ts';

const ports = inject('serverPorts');
const receiver = await startWebhookReceiver({ port: ports.receiver });
const editor = await startEditServer({ key: editKey, port: ports.edits });
const bytes = await drawnJpeg({ width: 320, height: 240, seed: 971 });
const { origin, darkroom } = await openWithOrigin({ '/a.jpg': bytes });
afterAll(() => Promise.all([receiver.stop(), editor.stop(), origin.stop()]));

const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
  const headers = { 'content-type': 'application/json' };
  const { data } = await darkroom.json(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  });
  return z.record(z.string(), z.unknown()).parse(data);
};

/** By the name of a webhook of the served document: parses what it says that a receiver gets. */
const readSchemas = async () => {
  const { text } = await darkroom.call('/openapi.json');
  const Body = z.object({
    content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }),
  });
  const { webhooks, components } = z
    .object({
      webhooks: z.record(z.string(), z.object({ post: z.looseObject({ requestBody: Body }) })),
      components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
    })
    .parse(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
  return new Map(
    Object.entries(webhooks).map(
      ([
        name,
        {
          post: { requestBody },
        },
      ]) => [
        name,
        z.fromJSONSchema({
          ...requestBody.content['application/json'].schema,
          $defs: components.schemas,
        }),
      ],
    ),
  );
};

/** Each type of event, at least once. */
const causeEveryEvent = async (webhookId: string) => {
  await darkroom.upload([{ name: 'a.txt', bytes: Buffer.from('not a picture') }]);
  const { image_id: imageId } = await darkroom.uploadOne({ name: 'a.jpg', bytes });
  await darkroom.start(createCsv([`${origin.url}/a.jpg`]), {
    fields: { webhook_url: `http://${receiver.host}/batch` },
  });
  await darkroom.ended(imageId);
  const { init_id: initId } = await post('/api/processes', {});
  await post(`/api/processes/${initId}/edits`, { source_url: imageId, prompt: 'Make it blue.' });
  await post(`/api/webhooks/${webhookId}/test`, {});
  await eventually(() => expect(typesAt('/events')).toContain('edit.ended'), {
    within: darkroom.scaleTimeout(60_000),
  });
  await darkroom.json(`/api/images/${imageId}`, { method: 'DELETE' });
};
const Typed = z.looseObject({ type: z.string() });
const callsTo = (path: string) => receiver.calls.filter((call) => call.path === path);
const readPayload = ({ body }: WebhookCall) => Typed.parse(JSON.parse(body));
const typesAt = (path: string) => callsTo(path).map((call) => readPayload(call).type);

it('a webhook gets of every type of event exactly what the served OpenAPI document says', async () => {
  const payloads = await readSchemas();
  const { webhook_id: webhookId } = await post('/api/webhooks', {
    url: `http://${receiver.host}/events`,
  });

  await causeEveryEvent(String(webhookId));

  const expected = [...eventTypes, 'webhook.test'];
  await eventually(
    () => {
      expect(typesAt('/events')).toEqual(expect.arrayContaining(expected));
      expect(typesAt('/batch')).toEqual(['batch.ended']);
    },
    { within: darkroom.scaleTimeout(60_000) },
  );
  await darkroom.json(`/api/webhooks/${webhookId}`, { method: 'DELETE' });
  expect([...payloads.keys()]).toEqual([...expected, 'batch.webhook']);
  for (const call of receiver.calls) {
    const payload = readPayload(call);
    const name = call.path === '/batch' ? 'batch.webhook' : payload.type;
    const { error } = payloads.get(name)?.safeParse(payload) ?? { error: 'unknown' };
    expect(error, call.body).toBeUndefined();
    for (const verify of Object.values(verifyBy))
      expect(verify(call, webhookSecret)).toEqual(payload);
  }
}, 180_000);
