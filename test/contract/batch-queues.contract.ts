import { describe, expect, it } from 'vitest';
import type { BatchQueues, ImportMessage, WebhookMessage } from '#lib/batches/messages.ts';
import { eventually } from '#test/support/eventually.ts';

export const batchMessages = ['expand', 'import', 'close', 'webhook'] as const;
export type BatchQueue = (typeof batchMessages)[number];

type Opened = {
  batchQueues: BatchQueues;
  /** Receives a message and deletes it. */
  take: (queue: BatchQueue) => Promise<unknown>;
};

const request = { request_id: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e' };
const webhook: WebhookMessage = {
  ...request,
  round: 2,
  attempt: 3,
  due_at: '2026-11-20T10:00:00.000Z',
};

/** The contract of every `BatchQueues` adapter. */
export const batchQueuesContract = (name: string, open: () => Promise<Opened> | Opened) =>
  describe(`${name} batch queues`, () => {
    it.each<[BatchQueue, unknown, (batchQueues: BatchQueues) => Promise<void>]>([
      ['expand', request, (batchQueues) => batchQueues.expand(request)],
      ['close', request, (batchQueues) => batchQueues.close(request)],
      ['webhook', webhook, (batchQueues) => batchQueues.sendWebhook(webhook, 0)],
      [
        'import',
        { ...request, row: 7, from: 8, to: 16, again: true },
        (batchQueues) => batchQueues.import([{ ...request, row: 7, from: 8, to: 16, again: true }]),
      ],
    ])('send a message to the %s worker and to no other', async (queue, message, enqueue) => {
      const { batchQueues, take } = await open();

      await enqueue(batchQueues);

      // The message of a webhook is returned without its delay.
      expect(await eventually(() => taken(take, queue))).toEqual(message);
      for (const other of batchMessages) expect(await take(other)).toBeUndefined();
    });

    it('send many import messages, each exactly once', async () => {
      const { batchQueues, take } = await open();
      const messages: ImportMessage[] = Array.from({ length: 23 }, (_, n) => ({
        ...request,
        row: n + 1,
        from: 0,
        to: 1,
      }));

      await batchQueues.import(messages);

      const rows: unknown[] = [];
      while (rows.length < messages.length)
        rows.push(await eventually(() => taken(take, 'import')));
      expect(rows).toEqual(expect.arrayContaining(messages));
      expect(await take('import')).toBeUndefined();
    });

    it('send no import message for an empty list', async () => {
      const { batchQueues, take } = await open();

      await batchQueues.import([]);

      expect(await take('import')).toBeUndefined();
    });

    it.each(['expand', 'import', 'close'] as const)(
      'are idle only while no message waits for the %s worker',
      async (queue) => {
        const { batchQueues, take } = await open();
        await eventually(async () => expect(await batchQueues.areIdle()).toBe(true));

        if (queue === 'import') await batchQueues.import([{ ...request, row: 1, from: 0, to: 1 }]);
        else await batchQueues[queue](request);
        await eventually(async () => expect(await batchQueues.areIdle()).toBe(false));
        await eventually(() => taken(take, queue));

        await eventually(async () => expect(await batchQueues.areIdle()).toBe(true));
      },
    );

    it('count as idle while a webhook message is delayed, which may take days', async () => {
      const { batchQueues } = await open();

      await batchQueues.sendWebhook(webhook, 900);

      expect(await batchQueues.areIdle()).toBe(true);
    });
  });

const taken = async (take: Opened['take'], queue: BatchQueue): Promise<unknown> => {
  const message = await take(queue);
  if (message === undefined) throw new Error(`No message waits for ${queue}.`);
  return message;
};
