import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { startWebhookReceiver, type WebhookCall } from '#test/support/webhook-receiver.ts';
import { createCsv, openWithOrigin } from './batch-client.ts';
import { webhookSecret as secret } from './settings.ts';

/** By path: what the receiver says to the n-th delivery there, from 1. */
const answers: Record<string, (n: number) => { status: number; headers?: Record<string, string> }> =
  {
    '/stubborn': (n) => ({ status: n <= 3 ? 500 : 204 }),
    '/gone': () => ({ status: 410 }),
    '/down': (n) => ({ status: n <= 5 ? 503 : 200 }),
    '/later': (n) => ({ status: n === 1 ? 429 : 200, headers: { 'retry-after': '3' } }),
  };
const receiver = await startWebhookReceiver({
  port: inject('serverPorts').receiver,
  respond: () => {
    const path = receiver.calls.at(-1)?.path ?? '';
    return answers[path]?.(callsTo(path).length) ?? { status: 204 };
  },
});
const callsTo = (path: string) => receiver.calls.filter((call) => call.path === path);

const { origin, darkroom } = await openWithOrigin({
  '/good.jpg': await drawnJpeg({ width: 320, height: 240, seed: 931 }),
});
afterAll(async () => {
  await origin.stop();
  await receiver.stop();
});

/** As a receiver does it, with the library it would take; throws where it does not trust. */
const verified = ({ body, headers }: WebhookCall, by = secret): unknown =>
  new Webhook(by).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });

const start = (path: string, good = '/good.jpg') =>
  darkroom.start(createCsv([`${origin.url}${good}`]), {
    fields: { webhook_url: `http://${receiver.host}${path}` },
  });
const waitForWebhook = (id: string, state: string) =>
  eventually(
    async () => {
      const { webhook } = await darkroom.batch(id);
      if (webhook?.state !== state) throw new Error(JSON.stringify(webhook));
      return webhook;
    },
    { within: darkroom.scaleTimeout(30_000), every: 100 },
  );
const resend = (id: string) => darkroom.json(`/api/batches/${id}/webhook`, { method: 'POST' });

// Each waits for its own deliveries, on a path of its own.
describe.concurrent('the webhook of a batch', () => {
  it('is delivered once to a receiver that fails three times, and its signature verifies', async () => {
    const id = await start('/stubborn');

    const webhook = await waitForWebhook(id, 'delivered');

    expect(webhook.attempts.map(({ status }) => status)).toEqual([500, 500, 500, 204]);
    const calls = callsTo('/stubborn');
    expect(calls).toHaveLength(4);
    const [last] = calls.slice(-1);
    if (!last) throw new Error('There was no call.');
    expect(verified(last)).toEqual({
      type: 'batch.ended',
      request_id: id,
      status: 'completed',
      total_products: 1,
      processed_products: 1,
      failed_images: 0,
      completion_percentage: 100,
      results_url: expect.stringMatching(`^https?://.*/api/batches/${id}/results$`),
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    for (const call of calls) expect(() => verified(call)).not.toThrow();

    expect(() =>
      verified({ ...last, body: last.body.replace('completed', 'completeD') }),
    ).toThrow();
    expect(() => verified({ ...last, body: `${last.body} ` })).toThrow();
    const other = `whsec_${Buffer.alloc(24, 'another').toString('base64')}`;
    expect(() => verified(last, other)).toThrow();
  });

  it('is sent for a failed batch, too', async () => {
    const id = await start('/failed', '/status/404');

    await waitForWebhook(id, 'delivered');

    const [call] = callsTo('/failed');
    expect(call && verified(call)).toMatchObject({ request_id: id, status: 'failed' });
  });

  it('stops when the receiver answers 410, until a client requests a redelivery', async () => {
    const id = await start('/gone');
    const webhook = await waitForWebhook(id, 'stopped');
    expect(webhook.attempts).toMatchObject([
      { status: 410, error: expect.stringContaining('wants no more') },
    ]);
    // Others that were due later have come meanwhile.
    await waitForWebhook(await start('/stubborn-no-more'), 'delivered');
    expect(callsTo('/gone')).toHaveLength(1);

    answers['/gone'] = () => ({ status: 200 });
    expect(await resend(id)).toMatchObject({ status: 202, code: 5000 });

    const again = await waitForWebhook(id, 'delivered');
    expect(again.attempts.map(({ status }) => status)).toEqual([410, 200]);
    const [first, second] = callsTo('/gone');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second && verified(second)).toMatchObject({ request_id: id });
  });

  it('has failed after its last retry, and is delivered when a client requests it again', async () => {
    const id = await start('/down');
    const webhook = await waitForWebhook(id, 'failed');
    expect(webhook.attempts).toHaveLength(5);
    expect(callsTo('/down')).toHaveLength(5);

    await resend(id);

    await waitForWebhook(id, 'delivered');
    expect(callsTo('/down')).toHaveLength(6);
  });

  it('waits as long as Retry-After says', async () => {
    const id = await start('/later');

    const { attempts } = await waitForWebhook(id, 'delivered');

    const [first, second] = attempts.map(({ at }) => Date.parse(at));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(3000);
    expect(attempts).toHaveLength(2);
  });

  it('cannot be redelivered where none is set, nor before the batch has ended', async () => {
    const without = await darkroom.start(createCsv([`${origin.url}/good.jpg`]));
    await darkroom.batchEnded(without);
    expect(await resend(without)).toMatchObject({ status: 404, code: 5001 });

    const early = await start('/early', '/held');
    expect(await resend(early)).toMatchObject({ status: 409, code: 5001 });
    origin.release();
    await waitForWebhook(early, 'delivered');
    expect(callsTo('/early')).toHaveLength(1);
  });

  it('is signed with a secret that no response contains', async () => {
    const { text } = await darkroom.call('/api/batches?limit=100');
    expect(text).not.toContain(secret);
    expect(text).not.toContain(secret.slice('whsec_'.length));
  });
});
