import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { batchHarness, toCsv } from '#test/support/batch-harness.ts';

export const ok: WebhookResponse = { ok: true, status: 200 };
export const busy = { ok: false as const, status: 503, error: 'It answered 503.' } as const;

/** A batch that has ended, with a due webhook. The waits between attempts are 5 s and 60 s. */
export const dueWebhook = async (...responses: WebhookResponse[]) => {
  const harness = batchHarness();
  harness.serve('https://shop.example/a.jpg', { refused: 'No.' });
  harness.receiver.answer = (n) => responses[n - 1] ?? ok;
  await harness.start(toCsv(['https://shop.example/a.jpg']), { webhook: true });
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
  for (const _ of harness.waiting.close.splice(0)) await harness.work.close();
  const next = () => {
    const messages = harness.waiting.webhook.shift();
    if (!messages) throw new Error('No webhook was enqueued.');
    return messages;
  };
  /** Delivers the oldest message when it is due; returns its delay in seconds. */
  const deliver = async () => {
    const { message, delaySeconds } = next();
    harness.pass(delaySeconds * 1000);
    await harness.work.webhook(message);
    return delaySeconds;
  };
  return { ...harness, next, deliver, webhook: async () => (await harness.batch()).webhook };
};
