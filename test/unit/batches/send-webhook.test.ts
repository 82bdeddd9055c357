import { describe, expect, it } from 'vitest';
import { BatchWebhookPayload } from '#lib/http/webhook-payloads.ts';
import { batchHarness } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';
import { busy, dueWebhook, ok } from './webhook-harness.ts';

describe('the webhook of a batch', () => {
  it('that is accepted is delivered once', async () => {
    const harness = await dueWebhook();

    await harness.deliver();

    expect(await harness.webhook()).toMatchObject({
      state: 'delivered',
      attempts: [{ at: expect.stringMatching(/Z$/), status: 200, error: null }],
    });
    expect(harness.waiting.webhook).toEqual([]);
    expect(harness.receiver.deliveries).toEqual([
      {
        id: `msg_${(await harness.batch()).requestId}`,
        url: 'https://hook.example/',
        body: expect.stringContaining('"status":"failed"'),
      },
    ]);
  });

  it('that fails is tried again after the waits of the schedule, with the same id and body', async () => {
    const harness = await dueWebhook(busy, busy, ok);

    const waits = [await harness.deliver(), await harness.deliver(), await harness.deliver()];

    expect(waits).toEqual([0, 5, 60]);
    expect(await harness.webhook()).toMatchObject({
      state: 'delivered',
      attempts: [{ status: 503, error: 'It answered 503.' }, { status: 503 }, { status: 200 }],
    });
    expect(new Set(harness.receiver.deliveries.map(({ id, body }) => id + body)).size).toBe(1);
  });

  it('that fails too often has failed', async () => {
    const harness = await dueWebhook(busy, busy, busy);

    for (let n = 0; n < 3; n++) await harness.deliver();

    expect(await harness.webhook()).toMatchObject({ state: 'failed', tries: 3 });
    expect(await harness.webhook()).not.toHaveProperty('dueAt');
    expect(harness.waiting.webhook).toEqual([]);
  });

  it('that gets a 410 stops at once', async () => {
    const harness = await dueWebhook({ ok: false, status: 410, error: 'It is gone.', gone: true });

    await harness.deliver();

    expect(await harness.webhook()).toMatchObject({
      state: 'stopped',
      attempts: [{ status: 410 }],
    });
    expect(harness.waiting.webhook).toEqual([]);
  });

  it('that would fail again in the same way fails at once', async () => {
    const harness = await dueWebhook({
      ok: false,
      status: null,
      error: 'http://10.0.0.1/ points to a private address, which is not allowed.',
      permanent: true,
    });

    await harness.deliver();

    expect(await harness.webhook()).toMatchObject({ state: 'failed', tries: 1 });
    expect(harness.waiting.webhook).toEqual([]);
  });

  it('of a CSV that was refused has the same fields, and no results', async () => {
    const harness = batchHarness();
    harness.serve('https://shop.example/a.csv', 'S. No.,Product Name\n1,SKU1');
    await harness.start({ csvUrl: 'https://shop.example/a.csv' }, { webhook: true });
    await harness.finish();

    const payload = JSON.parse(harness.receiver.deliveries[0]?.body ?? '');
    expect(BatchWebhookPayload.strict().parse(payload)).toEqual({
      type: 'batch.ended',
      timestamp: expect.stringMatching(/Z$/),
      request_id: (await harness.batch()).requestId,
      status: 'failed',
      total_products: 0,
      processed_products: 0,
      failed_images: 0,
      completion_percentage: 0,
      results_url: null,
    });
  });

  it.each([
    [30, 30], // longer than the schedule: as the receiver says
    [1, 5], // shorter: as the schedule says
    [999_999, 900], // for days: at most one, in the quarters of an hour that SQS can delay
  ])('that receives Retry-After: %d waits %d s', async (retryAfterSeconds, delaySeconds) => {
    const harness = await dueWebhook({ ...busy, retryAfterSeconds });

    await harness.deliver();

    expect(harness.waiting.webhook).toMatchObject([{ delaySeconds }]);
    const { dueAt = '' } = (await harness.webhook()) ?? {};
    const waits = (Date.parse(dueAt) - harness.deps.now().getTime()) / 1000;
    expect(waits).toBeLessThanOrEqual(86_400);
    expect(Math.ceil(waits)).toBe(Math.min(86_400, Math.max(5, retryAfterSeconds)));
  });

  it('that is not due yet has its message sent again until it is', async () => {
    const harness = await dueWebhook({ ...busy, retryAfterSeconds: 2000 });
    await harness.deliver();

    const waits = [await harness.deliver(), await harness.deliver(), await harness.deliver()];

    expect(waits).toEqual([900, 900, expect.any(Number)]);
    expect(waits[2]).toBeGreaterThan(190);
    expect(waits[2]).toBeLessThanOrEqual(200);
    expect(harness.receiver.deliveries).toHaveLength(2);
    expect(await harness.webhook()).toMatchObject({ state: 'delivered' });
  });

  it('is attempted once where its message is delivered twice', async () => {
    const harness = await dueWebhook(busy);
    const { message } = harness.next();

    await harness.work.webhook(message);
    await harness.work.webhook(message);

    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(await harness.webhook()).toMatchObject({ tries: 1 });
  });

  it('is attempted once where two workers have its message; the other is retried', async () => {
    const harness = await dueWebhook();
    const { message } = harness.next();
    const { send } = harness.deps;
    let other: unknown;
    harness.deps.send = async (delivery) => {
      harness.deps.send = send;
      other = await harness.work.webhook(message).catch((error: unknown) => error);
      return send(delivery);
    };

    await harness.work.webhook(message);

    expect(other).toMatchObject({ name: 'BeingDeliveredError', retryAfterSeconds: 30 });
    await harness.work.webhook(message);
    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(await harness.webhook()).toMatchObject({ state: 'delivered' });
  });

  it('is left to the worker with its lease, until that has expired', async () => {
    const harness = await dueWebhook();
    const { message } = harness.next();
    harness.worker.killAfter(2); // the lease, and the delivery
    await expect(harness.work.webhook(message)).rejects.toThrow(Killed);
    harness.worker.restart();

    await expect(harness.work.webhook(message)).rejects.toMatchObject({
      name: 'BeingDeliveredError',
    });
    expect(harness.receiver.deliveries).toHaveLength(1);
    harness.pass(30_000);
    await harness.work.webhook(message);

    // Killed between the response and our record of it: delivered again, with the same id.
    expect(harness.receiver.deliveries).toHaveLength(2);
    expect(harness.receiver.deliveries[1]).toEqual(harness.receiver.deliveries[0]);
    expect(await harness.webhook()).toMatchObject({ state: 'delivered', tries: 1 });
    expect(await harness.webhook()).not.toHaveProperty('leasedUntil');
  });

  it('whose next message was never sent is enqueued again by the old one', async () => {
    const harness = await dueWebhook(busy);
    const { message } = harness.next();
    harness.worker.killAfter(3); // the lease, the delivery, its record; not the message
    await expect(harness.work.webhook(message)).rejects.toThrow(Killed);
    harness.worker.restart();
    expect(harness.waiting.webhook).toEqual([]);

    await harness.work.webhook(message);

    expect(harness.waiting.webhook).toMatchObject([{ message: { round: 1, attempt: 1 } }]);
    expect(harness.receiver.deliveries).toHaveLength(1);
  });

  it('of a batch that does not exist is dropped', async () => {
    const harness = batchHarness();
    const message = { request_id: 'x', round: 1, attempt: 0, due_at: '2026-11-20T10:00:00.000Z' };

    await harness.work.webhook(message);

    expect(harness.receiver.deliveries).toEqual([]);
  });

  it('stores the latest fifty attempts', async () => {
    const harness = await dueWebhook(...Array.from({ length: 60 }, () => busy));
    harness.deps.schedule = Array.from({ length: 20 }, () => 1);

    for (let round = 1; round <= 3; round++) {
      for (let n = 0; n < 21 && harness.waiting.webhook.length; n++) await harness.deliver();
      if (round < 3) await harness.resend();
    }

    expect((await harness.webhook())?.attempts).toHaveLength(50);
    expect((await harness.webhook())?.attempts.at(-1)).toMatchObject({ status: 200 });
  });
});
