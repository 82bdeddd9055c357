import { afterAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { eventPayloads } from '#lib/http/webhook-payloads.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { startWebhookReceiver } from '#test/support/webhook-receiver.ts';
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
  idempotencyRecords: () => ({ status: receiver.calls.at(-1)?.path === '/gone' ? 410 : 204 }),
});
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
const callOf = (eventId: string) =>
  eventually(
    () => {
      const call = receiver.calls.find(({ headers }) => headers['webhook-id'] === eventId);
      if (!call) throw new Error(`${eventId} was not delivered.`);
      return call;
    },
    { within: darkroom.scaleTimeout(20_000) },
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
    const call = await callOf(eventId);
    for (const verify of Object.values(verifyBy))
      expect(verify(call, secret)).toEqual({
        type: 'webhook.test',
        timestamp: expect.stringMatching(/Z$/),
        data: { webhook_id: webhook.webhook_id },
      });
    await eventually(async () =>
      expect(await listed(webhook.webhook_id)).toMatchObject({
        attempts: [{ event_id: eventId, status: 204, error: null }],
      }),
    );

    expect(await remove(webhook.webhook_id)).toMatchObject({ status: 200 });
    expect(await remove(webhook.webhook_id)).toMatchObject({ status: 404, code: 8001 });
    expect(await post(`/api/webhooks/${webhook.webhook_id}/test`)).toMatchObject({ status: 404 });
  });

  it('hears of a picture that is done, once, in the words of its record', async () => {
    const webhook = await subscribe('/pictures', ['image.done']);
    const bytes = await drawnJpeg({ width: 320, height: 240, seed: 941 });
    const { page } = await darkroom.json('/api/events?after=now');

    const { image_id: imageId } = await darkroom.uploadOne({ name: 'heard.jpg', bytes });

    const call = await eventually(
      () => {
        const found = receiver.calls.find(
          ({ path, body }) => path === '/pictures' && body.includes(imageId),
        );
        if (!found) throw new Error(`The end of ${imageId} was not delivered.`);
        return found;
      },
      { within: darkroom.scaleTimeout(30_000) },
    );
    const { processed_at: timestamp } = await darkroom.image(imageId);
    expect(eventPayloads['image.done'].strict().parse(verifyBy.svix(call, secret))).toEqual({
      type: 'image.done',
      timestamp,
      data: { image_id: imageId, status: 'done', error: null, error_code: null },
    });
    await eventually(async () => {
      const { data } = await darkroom.json(`/api/events?after=${page?.next_cursor}`);
      expect(JSON.stringify(data)).toContain(`"event_id":"${call.headers['webhook-id']}"`);
    });
    await remove(webhook.webhook_id);
    expect(receiver.calls.filter(({ body }) => body.includes(imageId))).toEqual([call]);
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
      error: expect.stringMatching(`^${field}.*: .+\\.$`),
    });
  });
});
