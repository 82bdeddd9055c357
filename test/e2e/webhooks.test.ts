import { afterAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { eventPayloads } from '#lib/http/webhook-payloads.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { startWebhookReceiver, type WebhookCall } from '#test/support/webhook-receiver.ts';
import { verifyBy } from '#test/support/webhook-verifiers.ts';
import { theClient } from './client.ts';
import { webhookSecret as secret } from './settings.ts';

const Subscription = z.looseObject({
  webhook_id: z.string(),
  state: z.string(),
  attempts: z.array(z.looseObject({ event_id: z.string(), status: z.int().nullable() })),
});

const receiver = await startWebhookReceiver({
  port: inject('serverPorts').receiver,
  respond: () => {
    const { path = '', headers = {} } = receiver.calls.at(-1) ?? {};
    if (path === '/gone') return { status: 410 };
    const same = findCalls(String(headers['webhook-id'])).filter((call) => call.path === path);
    const isRepeated = same.length > 1;
    return { status: path === '/busy-once' && !isRepeated ? 503 : 204 };
  },
});
const findCalls = (eventId: string) =>
  receiver.calls.filter(({ headers }) => headers['webhook-id'] === eventId);
afterAll(() => receiver.stop());

const darkroom = theClient();
const post = (path: string, body?: unknown) =>
  darkroom.json(path, {
    method: 'POST',
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
const subscribe = async (path: string, events?: string[]) => {
  const { status, data } = await post('/api/webhooks', {
    url: `http://${receiver.host}${path}`,
    ...(events && { events }),
  });
  expect(status).toBe(201);
  return Subscription.parse(data);
};
const remove = (id: string) => darkroom.json(`/api/webhooks/${id}`, { method: 'DELETE' });
const listed = async (id: string) => {
  const { data } = await darkroom.json('/api/webhooks');
  const found = z
    .array(Subscription)
    .parse(data)
    .find(({ webhook_id }) => webhook_id === id);
  if (!found) throw new Error(`${id} is not listed.`);
  return found;
};
const firstCall = (isMeant: (call: WebhookCall) => boolean) =>
  eventually(
    () => {
      const call = receiver.calls.find(isMeant);
      if (!call) throw new Error('It was not delivered.');
      return call;
    },
    { within: darkroom.scaleTimeout(30_000) },
  );

describe('a webhook', () => {
  it('gets a signed test event, and shows the attempt, until it is deleted', async () => {
    const webhook = await subscribe('/hook');
    expect(webhook).toMatchObject({
      state: 'active',
      events: ['image.done', 'image.failed', 'image.deleted', 'batch.ended', 'edit.ended'],
      attempts: [],
    });

    const sent = await post(`/api/webhooks/${webhook.webhook_id}/test`);

    expect(sent).toMatchObject({ status: 202, code: 8000 });
    const { event_id: eventId } = z.object({ event_id: z.string() }).loose().parse(sent.data);
    const call = await firstCall(({ headers }) => headers['webhook-id'] === eventId);
    for (const verify of Object.values(verifyBy))
      expect(verify(call, secret)).toEqual({
        type: 'webhook.test',
        timestamp: expect.stringMatching(/Z$/),
        data: { webhook_id: webhook.webhook_id },
      });
    await eventually(async () =>
      // Pictures of other tests may end meanwhile.
      expect((await listed(webhook.webhook_id)).attempts).toContainEqual(
        expect.objectContaining({ event_id: eventId, status: 204, error: null }),
      ),
    );

    expect(await remove(webhook.webhook_id)).toMatchObject({ status: 200 });
    expect(await remove(webhook.webhook_id)).toMatchObject({ status: 404, code: 8001 });
    expect(await post(`/api/webhooks/${webhook.webhook_id}/test`)).toMatchObject({ status: 404 });
  });

  it('is notified of a picture that is done, again where its receiver was busy', async () => {
    const { webhook_id: id } = await subscribe('/busy-once', ['image.done']);
    const bytes = await drawnJpeg({ width: 320, height: 240, seed: 941 });
    const { page } = await darkroom.json('/api/events?after=now');

    const { image_id: imageId } = await darkroom.uploadOne({ name: 'notified.jpg', bytes });

    const { headers } = await firstCall(({ body }) => body.includes(imageId));
    const eventId = String(headers['webhook-id']);
    await eventually(
      async () => {
        const { attempts } = await listed(id);
        const own = attempts.filter(({ event_id }) => event_id === eventId);
        expect(own.map(({ status }) => status)).toEqual([503, 204]);
      },
      { within: darkroom.scaleTimeout(20_000) },
    );
    await remove(id);
    const [first, second, ...others] = findCalls(eventId);
    if (!first || !second) throw new Error('It was not delivered twice.');
    expect(others).toEqual([]);
    expect(second.body).toBe(first.body);
    const { processed_at: timestamp } = await darkroom.image(imageId);
    expect(eventPayloads['image.done'].strict().parse(verifyBy.svix(second, secret))).toEqual({
      type: 'image.done',
      timestamp,
      data: { image_id: imageId, status: 'done', error: null, error_code: null },
    });
    await eventually(async () => {
      const { data } = await darkroom.json(`/api/events?after=${page?.next_cursor}`);
      expect(JSON.stringify(data)).toContain(`"event_id":"${eventId}"`);
    });
  });

  it('is disabled where its receiver answers 410', async () => {
    const { webhook_id: id } = await subscribe('/gone', ['edit.ended']);
    await post(`/api/webhooks/${id}/test`);

    await eventually(
      async () =>
        expect(await listed(id)).toMatchObject({ state: 'disabled', attempts: [{ status: 410 }] }),
      { within: darkroom.scaleTimeout(20_000) },
    );

    expect(await post(`/api/webhooks/${id}/test`)).toMatchObject({ status: 409 });
    expect(await remove(id)).toMatchObject({ status: 200 });
  });

  it.each([
    ['url', { url: 'http://127.0.0.1:1/' }],
    ['url', { url: 'ftp://hook.example/' }],
    ['events', { url: 'https://hook.example/', events: ['image.eaten'] }],
    ['events', { url: 'https://hook.example/', events: [] }],
  ])('is refused with a sentence about %s for %j', async (field, body) => {
    expect(await post('/api/webhooks', body)).toMatchObject({
      status: 422,
      code: 8001,
      error: expect.stringMatching(`^The field ${field}\\b.+\\.$`),
    });
  });
});
