import { describe, expect, it } from 'vitest';
import { batchStatus } from '#lib/batches/batch.ts';
import { requestId } from '#test/support/batch-harness.ts';
import { batchAt, empty, loseAll, sweepDelayMs } from './sweep-fixtures.ts';

describe('the sweep', () => {
  it.each(['started', 'enqueued', 'fetched', 'registered', 'done'] as const)(
    'finishes a batch whose messages were lost in the state %s',
    async (to) => {
      const harness = await batchAt(to);
      if (to === 'registered') await harness.app.finish(); // images have a sweep of their own
      loseAll(harness);

      expect(await harness.sweep()).toEqual({ requeued: 1, gaveUp: 0 });
      await harness.finish();

      expect(batchStatus(await harness.batch())).toBe('completed');
      expect(await harness.batch()).toMatchObject({ webhook: { state: 'delivered' } });
      expect(await harness.app.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
    },
  );

  it('closes a batch whose close was never enqueued', async () => {
    const harness = await batchAt('done');
    for (const { key, image_id } of harness.outcomes.splice(0))
      await harness.work.outcome(key, image_id);
    loseAll(harness);

    await harness.sweep();
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('completed');
  });

  it('continues an interrupted close', async () => {
    const harness = await batchAt('done');
    for (const { key, image_id } of harness.outcomes.splice(0))
      await harness.work.outcome(key, image_id);
    harness.worker.killAfter(2); // the state closing, and one results file
    await harness.work.close().catch(() => harness.worker.restart());
    expect(await harness.batch()).toMatchObject({ work: { state: 'closing' } });
    loseAll(harness);

    await harness.sweep();
    await harness.finish();

    expect(await harness.batch()).toMatchObject({
      work: { state: 'ended' },
      webhook: { state: 'delivered' },
    });
  });

  it.each([
    ['that was not recorded as due', 4], // closing, two files, ended
    ['whose message was lost', 5],
  ])('delivers a webhook %s when the batch ended', async (_, writes) => {
    const harness = await batchAt('done');
    for (const { key, image_id } of harness.outcomes.splice(0))
      await harness.work.outcome(key, image_id);
    harness.worker.killAfter(writes);
    await harness.work.close().catch(() => harness.worker.restart());
    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
    expect(harness.waiting.webhook).toEqual([]);
    loseAll(harness);

    expect(await harness.sweep()).toEqual(empty);
    await harness.finish();

    expect(await harness.batch()).toMatchObject({ webhook: { state: 'delivered' } });
    expect(harness.receiver.deliveries).toHaveLength(1);
  });

  it('leaves alone a webhook that is waiting for its time', async () => {
    const harness = await batchAt('done');
    harness.receiver.answer = (n) =>
      n > 1
        ? { ok: true, status: 200 }
        : { ok: false, status: 503, error: 'Busy.', retryAfterSeconds: 7200 };
    for (const { key, image_id } of harness.outcomes.splice(0))
      await harness.work.outcome(key, image_id);
    await harness.work.close();
    for (const { message } of harness.waiting.webhook.splice(0))
      await harness.work.webhook(message);
    harness.waiting.webhook.length = 0; // lost, but that cannot be known yet
    harness.pass(3_600_000);

    await harness.sweep();
    expect(harness.waiting.webhook).toEqual([]);
    harness.pass(3_600_000 + sweepDelayMs);
    await harness.sweep();

    expect(harness.waiting.webhook).toMatchObject([{ message: { attempt: 1 }, delaySeconds: 0 }]);
  });

  it('changes nothing that is recent', async () => {
    const harness = await batchAt('enqueued');
    harness.waiting.import.length = 0;

    expect(await harness.sweep()).toEqual(empty);

    expect(harness.waiting.import).toEqual([]);
  });

  it('changes nothing that is old but was updated a moment ago', async () => {
    const harness = await batchAt('started');
    harness.pass(3_600_000);
    await harness.work.expand();
    for (const queue of [harness.waiting.expand, harness.waiting.import]) queue.length = 0;

    expect(await harness.sweep()).toEqual(empty);

    expect(harness.waiting.import).toEqual([]);
  });

  it.each(['expand', 'import', 'close'] as const)(
    'changes nothing while a message waits for %s',
    async (worker) => {
      const harness = await batchAt('enqueued');
      loseAll(harness);
      if (worker === 'import')
        harness.waiting.import.push({ request_id: 'another', row: 1, from: 0, to: 1 });
      else harness.waiting[worker].push({ request_id: 'another' });
      const before = await harness.batch();

      expect(await harness.sweep()).toEqual(empty);

      expect(await harness.batch()).toEqual(before);
      expect(harness.waiting.import).toHaveLength(worker === 'import' ? 1 : 0);
    },
  );

  it('treats a queue as empty only after two empty readings', async () => {
    const harness = await batchAt('enqueued');
    loseAll(harness);
    harness.deps.pause = async () =>
      void harness.waiting.import.push({ request_id: requestId, row: 1, from: 0, to: 1 });

    expect(await harness.sweep()).toEqual(empty);
  });

  it('enqueues each message once, however many of its URLs are missing', async () => {
    const urls = Array.from({ length: 12 }, (_, n) => `https://shop.example/${n}.jpg`);
    const harness = await batchAt('enqueued', urls);
    loseAll(harness);

    await harness.sweep();

    expect(harness.waiting.import).toMatchObject([
      { row: 1, from: 0, to: 8 },
      { row: 1, from: 8, to: 12 },
    ]);
  });
});
