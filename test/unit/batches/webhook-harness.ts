import type { WebhookAnswer } from '#lib/batches/send-webhook.ts';
import { aBatchRoom, csvOf } from '#test/support/batch-harness.ts';

export const ok: WebhookAnswer = { ok: true, status: 200 };
export const busy = { ok: false as const, status: 503, error: 'It answered 503.' } as const;

/** A batch that has ended, whose webhook is due. The waits between attempts are 5 s and 60 s. */
export const dueRoom = async (...idempotencyRecords: WebhookAnswer[]) => {
  const room = aBatchRoom();
  room.serve('https://shop.example/a.jpg', { refused: 'No.' });
  room.receiver.answer = (n) => idempotencyRecords[n - 1] ?? ok;
  await room.start(csvOf(['https://shop.example/a.jpg']), { webhook: true });
  await room.work.expand();
  room.waiting.expand.length = 0;
  for (const message of room.waiting.import.splice(0)) await room.work.import(message);
  for (const _ of room.waiting.close.splice(0)) await room.work.close();
  const next = () => {
    const asked = room.waiting.webhook.shift();
    if (!asked) throw new Error('Nobody was asked for the webhook.');
    return asked;
  };
  /** Delivers the oldest message when it is due; tells how long it waited. */
  const deliver = async () => {
    const { message, delaySeconds } = next();
    room.pass(delaySeconds * 1000);
    await room.work.webhook(message);
    return delaySeconds;
  };
  return { ...room, next, deliver, webhook: async () => (await room.batch()).webhook };
};
