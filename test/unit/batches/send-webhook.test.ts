import { describe, expect, it } from 'vitest';
import { aBatchRoom } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';
import { busy, dueRoom, ok } from './webhook-harness.ts';

describe('the webhook of a batch', () => {
  it('that is taken is delivered once', async () => {
    const room = await dueRoom();

    await room.deliver();

    expect(await room.webhook()).toMatchObject({
      state: 'delivered',
      attempts: [{ at: expect.stringMatching(/Z$/), status: 200, error: null }],
    });
    expect(room.waiting.webhook).toEqual([]);
    expect(room.receiver.deliveries).toEqual([
      {
        id: `msg_${(await room.batch()).requestId}`,
        url: 'https://hook.example/',
        body: expect.stringContaining('"status":"failed"'),
      },
    ]);
  });

  it('that fails is tried again after the waits of the schedule, with the same id and body', async () => {
    const room = await dueRoom(busy, busy, ok);

    const waits = [await room.deliver(), await room.deliver(), await room.deliver()];

    expect(waits).toEqual([0, 5, 60]);
    expect(await room.webhook()).toMatchObject({
      state: 'delivered',
      attempts: [{ status: 503, error: 'It answered 503.' }, { status: 503 }, { status: 200 }],
    });
    expect(new Set(room.receiver.deliveries.map(({ id, body }) => id + body)).size).toBe(1);
  });

  it('that fails too often has failed', async () => {
    const room = await dueRoom(busy, busy, busy);

    for (let n = 0; n < 3; n++) await room.deliver();

    expect(await room.webhook()).toMatchObject({ state: 'failed', tries: 3 });
    expect(await room.webhook()).not.toHaveProperty('dueAt');
    expect(room.waiting.webhook).toEqual([]);
  });

  it('that is told 410 stops at once', async () => {
    const room = await dueRoom({ ok: false, status: 410, error: 'It is gone.', gone: true });

    await room.deliver();

    expect(await room.webhook()).toMatchObject({ state: 'stopped', attempts: [{ status: 410 }] });
    expect(room.waiting.webhook).toEqual([]);
  });

  it.each([
    [30, 30], // longer than the schedule: as the receiver says
    [1, 5], // shorter: as the schedule says
    [999_999, 900], // for days: at most one, in the quarters of an hour that SQS can wait
  ])('that is told Retry-After: %d waits %d s', async (retryAfterSeconds, delaySeconds) => {
    const room = await dueRoom({ ...busy, retryAfterSeconds });

    await room.deliver();

    expect(room.waiting.webhook).toMatchObject([{ delaySeconds }]);
    const { dueAt = '' } = (await room.webhook()) ?? {};
    const waits = (Date.parse(dueAt) - room.deps.now().getTime()) / 1000;
    expect(waits).toBeLessThanOrEqual(86_400);
    expect(Math.ceil(waits)).toBe(Math.min(86_400, Math.max(5, retryAfterSeconds)));
  });

  it('that is not due yet sends itself on until it is', async () => {
    const room = await dueRoom({ ...busy, retryAfterSeconds: 2000 });
    await room.deliver();

    const waits = [await room.deliver(), await room.deliver(), await room.deliver()];

    expect(waits).toEqual([900, 900, expect.any(Number)]);
    expect(waits[2]).toBeGreaterThan(190);
    expect(waits[2]).toBeLessThanOrEqual(200);
    expect(room.receiver.deliveries).toHaveLength(2);
    expect(await room.webhook()).toMatchObject({ state: 'delivered' });
  });

  it('is attempted once where its message comes twice', async () => {
    const room = await dueRoom(busy);
    const { message } = room.next();

    await room.work.webhook(message);
    await room.work.webhook(message);

    expect(room.receiver.deliveries).toHaveLength(1);
    expect(await room.webhook()).toMatchObject({ tries: 1 });
  });

  it('is attempted once where two have its message at the same time; the other comes back', async () => {
    const room = await dueRoom();
    const { message } = room.next();
    const { send } = room.deps;
    let other: unknown;
    room.deps.send = async (delivery) => {
      room.deps.send = send;
      other = await room.work.webhook(message).catch((error: unknown) => error);
      return send(delivery);
    };

    await room.work.webhook(message);

    expect(other).toMatchObject({ name: 'BeingDelivered', retryAfterSeconds: 60 });
    await room.work.webhook(message);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(await room.webhook()).toMatchObject({ state: 'delivered' });
  });

  it('is left to the one who holds its lease, and is taken over when that one must be dead', async () => {
    const room = await dueRoom();
    const { message } = room.next();
    room.life.dieAfter(2); // the lease, and the delivery
    await expect(room.work.webhook(message)).rejects.toThrow(Killed);
    room.life.live();

    await expect(room.work.webhook(message)).rejects.toMatchObject({ name: 'BeingDelivered' });
    expect(room.receiver.deliveries).toHaveLength(1);
    room.pass(60_000);
    await room.work.webhook(message);

    // Killed between the answer and our note of it: made again, under the id it had.
    expect(room.receiver.deliveries).toHaveLength(2);
    expect(room.receiver.deliveries[1]).toEqual(room.receiver.deliveries[0]);
    expect(await room.webhook()).toMatchObject({ state: 'delivered', tries: 1 });
    expect(await room.webhook()).not.toHaveProperty('leasedUntil');
  });

  it('whose next message was never sent is asked for again by the old one', async () => {
    const room = await dueRoom(busy);
    const { message } = room.next();
    room.life.dieAfter(3); // the lease, the delivery, the note; not the message
    await expect(room.work.webhook(message)).rejects.toThrow(Killed);
    room.life.live();
    expect(room.waiting.webhook).toEqual([]);

    await room.work.webhook(message);

    expect(room.waiting.webhook).toMatchObject([{ message: { round: 1, attempt: 1 } }]);
    expect(room.receiver.deliveries).toHaveLength(1);
  });

  it('of a batch that nobody knows is dropped', async () => {
    const room = aBatchRoom();
    const message = { request_id: 'x', round: 1, attempt: 0, due_at: '2026-11-20T10:00:00.000Z' };

    await room.work.webhook(message);

    expect(room.receiver.deliveries).toEqual([]);
  });

  it('keeps of many attempts the latest fifty', async () => {
    const room = await dueRoom(...Array.from({ length: 60 }, () => busy));
    room.deps.schedule = Array.from({ length: 20 }, () => 1);

    for (let round = 1; round <= 3; round++) {
      for (let n = 0; n < 21 && room.waiting.webhook.length; n++) await room.deliver();
      if (round < 3) await room.resend();
    }

    expect((await room.webhook())?.attempts).toHaveLength(50);
    expect((await room.webhook())?.attempts.at(-1)).toMatchObject({ status: 200 });
  });
});
