import { describe, expect, it } from 'vitest';
import type { WebhookAnswer } from '#lib/batches/send-webhook.ts';
import { aBatchRoom, csvOf } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';
import { busy, dueRoom, ok } from './webhook-harness.ts';

describe('a webhook that is delivered again', () => {
  it('begins a new round, with the same id', async () => {
    const room = await dueRoom(busy, busy, busy);
    for (let n = 0; n < 3; n++) await room.deliver();

    await room.resend();
    expect(await room.webhook()).toMatchObject({ state: 'pending', round: 2, tries: 0 });
    await room.deliver();

    expect(await room.webhook()).toMatchObject({ state: 'delivered', round: 2 });
    expect((await room.webhook())?.attempts).toHaveLength(4);
    expect(new Set(room.receiver.deliveries.map(({ id }) => id)).size).toBe(1);
  });

  it('does so also when it was delivered before, or stopped', async () => {
    const gone: WebhookAnswer = { ok: false, status: 410, error: 'It is gone.', gone: true };
    for (const first of [ok, gone]) {
      const room = await dueRoom(first);
      await room.deliver();

      await room.resend();
      await room.deliver();

      expect(await room.webhook()).toMatchObject({ state: 'delivered', round: 2 });
    }
  });

  it('drops the messages of the round before', async () => {
    const room = await dueRoom(busy);
    const { message: first } = room.next();
    await room.work.webhook(first);
    const { message: second } = room.next();

    await room.resend();
    room.pass(3_600_000);
    await room.work.webhook(first);
    await room.work.webhook(second);

    expect(room.receiver.deliveries).toHaveLength(1);
    expect(room.waiting.webhook).toMatchObject([{ message: { round: 2, attempt: 0 } }]);
  });

  it('is not held up by the lease of an attempt that was killed', async () => {
    const room = await dueRoom();
    room.life.dieAfter(2);
    await expect(room.work.webhook(room.next().message)).rejects.toThrow(Killed);
    room.life.live();

    await room.resend();
    await room.deliver();

    expect(await room.webhook()).toMatchObject({ state: 'delivered', round: 2 });
  });

  it('is refused where there is none, and while the batch is not finished', async () => {
    const without = aBatchRoom();
    await without.start(csvOf(['https://shop.example/a.jpg']));
    await expect(without.resend()).rejects.toMatchObject({
      fault: 'not-found',
      message: 'This batch was started without a webhook_url.',
    });

    const early = aBatchRoom();
    await early.start(csvOf(['https://shop.example/a.jpg']), { webhook: true });
    await expect(early.resend()).rejects.toMatchObject({ fault: 'conflict' });
    await expect(aBatchRoom().resend()).rejects.toMatchObject({ fault: 'not-found' });
  });
});
