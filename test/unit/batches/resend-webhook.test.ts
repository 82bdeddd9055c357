import { describe, expect, it } from 'vitest';
import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { batchHarness, toCsv } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';
import { busy, dueWebhook, ok } from './webhook-harness.ts';

describe('a webhook that is delivered again', () => {
  it('begins a new round, with the same id', async () => {
    const harness = await dueWebhook(busy, busy, busy);
    for (let n = 0; n < 3; n++) await harness.deliver();

    await harness.resend();
    expect(await harness.webhook()).toMatchObject({ state: 'pending', round: 2, tries: 0 });
    await harness.deliver();

    expect(await harness.webhook()).toMatchObject({ state: 'delivered', round: 2 });
    expect((await harness.webhook())?.attempts).toHaveLength(4);
    expect(new Set(harness.receiver.deliveries.map(({ id }) => id)).size).toBe(1);
  });

  it('starts it also when it was delivered before, or stopped', async () => {
    const gone: WebhookResponse = { ok: false, status: 410, error: 'It is gone.', gone: true };
    for (const first of [ok, gone]) {
      const harness = await dueWebhook(first);
      await harness.deliver();

      await harness.resend();
      await harness.deliver();

      expect(await harness.webhook()).toMatchObject({ state: 'delivered', round: 2 });
    }
  });

  it('drops the messages of the round before', async () => {
    const harness = await dueWebhook(busy);
    const { message: first } = harness.next();
    await harness.work.webhook(first);
    const { message: second } = harness.next();

    await harness.resend();
    harness.pass(3_600_000);
    await harness.work.webhook(first);
    await harness.work.webhook(second);

    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(harness.waiting.webhook).toMatchObject([{ message: { round: 2, attempt: 0 } }]);
  });

  it('is not held up by the lease of an attempt that was killed', async () => {
    const harness = await dueWebhook();
    harness.worker.killAfter(2);
    await expect(harness.work.webhook(harness.next().message)).rejects.toThrow(Killed);
    harness.worker.restart();

    await harness.resend();
    await harness.deliver();

    expect(await harness.webhook()).toMatchObject({ state: 'delivered', round: 2 });
  });

  it('is rejected where there is none, and while the batch is not finished', async () => {
    const without = batchHarness();
    await without.start(toCsv(['https://shop.example/a.jpg']));
    await expect(without.resend()).rejects.toMatchObject({
      code: 'webhook_not_found',
      message: 'This batch was started without a webhook_url.',
    });

    const early = batchHarness();
    await early.start(toCsv(['https://shop.example/a.jpg']), { webhook: true });
    await expect(early.resend()).rejects.toMatchObject({ code: 'batch_not_finished' });
    await expect(batchHarness().resend()).rejects.toMatchObject({ code: 'batch_not_found' });
  });
});
