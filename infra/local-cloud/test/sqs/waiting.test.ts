import { expect, it } from 'vitest';
import { openDatabase } from '../../emulators/sqs/database.ts';
import { openQueueService } from '../../emulators/sqs/queue-service.ts';
import { account } from './account.ts';

// A clock that goes on with every reading, so that a message becomes visible between any two of them.
it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a receiver gets a message that becomes visible while it begins to wait, at reading %i of the clock',
  async (delayMs) => {
    let reading = 1_000_000;
    const service = openQueueService(openDatabase(undefined), { ...account, now: () => reading++ });
    const queue = service.queues.create('work', {}, {});
    service.send(queue, [{ body: 'soon', delayMs }]);

    const limits = { maxMessages: 1, visibilityMs: 30_000, waitMs: 2000 };
    const { signal } = new AbortController();
    const received = await service.receive(queue, { ...limits, signal });

    expect(received.map(({ body }) => body)).toEqual(['soon']);
    service.close();
  },
);
