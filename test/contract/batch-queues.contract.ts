import { describe, expect, it } from 'vitest';
import type { BatchQueues, ImportMessage, WebhookMessage } from '#lib/batches/messages.ts';
import { eventually } from '#test/support/eventually.ts';

export const batchQueues = ['expand', 'import', 'close', 'webhook'] as const;
export type BatchQueue = (typeof batchQueues)[number];

type Opened = {
  workers: BatchQueues;
  /** Takes a message and is done with it. */
  take: (queue: BatchQueue) => Promise<unknown>;
};

const request = { request_id: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e' };
const webhook: WebhookMessage = {
  ...request,
  round: 2,
  attempt: 3,
  due_at: '2026-11-20T10:00:00.000Z',
};

/** What every way to ask the workers of batches must do. */
export const batchWorkersContract = (name: string, open: () => Promise<Opened> | Opened) =>
  describe(`${name} asks the workers of batches`, () => {
    it.each<[BatchQueue, unknown, (workers: BatchQueues) => Promise<void>]>([
      ['expand', request, (workers) => workers.expand(request)],
      ['close', request, (workers) => workers.close(request)],
      ['webhook', webhook, (workers) => workers.sendWebhook(webhook, 0)],
      [
        'import',
        { ...request, row: 7, from: 8, to: 16, again: true },
        (workers) => workers.import([{ ...request, row: 7, from: 8, to: 16, again: true }]),
      ],
    ])('to %s, and no other', async (queue, message, ask) => {
      const { workers, take } = await open();

      await ask(workers);

      // Without the delay of a webhook, if there is one.
      expect(await eventually(() => taken(take, queue))).toEqual(message);
      for (const other of batchQueues) expect(await take(other)).toBeUndefined();
    });

    it('to import many rows, each once', async () => {
      const { workers, take } = await open();
      const messages: ImportMessage[] = Array.from({ length: 23 }, (_, n) => ({
        ...request,
        row: n + 1,
        from: 0,
        to: 1,
      }));

      await workers.import(messages);

      const rows: unknown[] = [];
      while (rows.length < messages.length)
        rows.push(await eventually(() => taken(take, 'import')));
      expect(rows).toEqual(expect.arrayContaining(messages));
      expect(await take('import')).toBeUndefined();
    });

    it('to import nothing', async () => {
      const { workers, take } = await open();

      await workers.import([]);

      expect(await take('import')).toBeUndefined();
    });

    it.each(['expand', 'import', 'close'] as const)(
      'and knows them to be idle only while nothing waits to %s',
      async (queue) => {
        const { workers, take } = await open();
        await eventually(async () => expect(await workers.areIdle()).toBe(true));

        if (queue === 'import') await workers.import([{ ...request, row: 1, from: 0, to: 1 }]);
        else await workers[queue](request);
        await eventually(async () => expect(await workers.areIdle()).toBe(false));
        await eventually(() => taken(take, queue));

        await eventually(async () => expect(await workers.areIdle()).toBe(true));
      },
    );

    it('and calls them idle while a webhook waits: that may take days', async () => {
      const { workers } = await open();

      await workers.sendWebhook(webhook, 900);

      expect(await workers.areIdle()).toBe(true);
    });
  });

const taken = async (take: Opened['take'], queue: BatchQueue): Promise<unknown> => {
  const message = await take(queue);
  if (message === undefined) throw new Error(`Nothing waits to ${queue}.`);
  return message;
};
