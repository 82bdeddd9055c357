import { describe, expect, it } from 'vitest';
import { failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { findResults } from '#lib/batches/find-results.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';

/** A batch that is waiting to be closed: every row has ended. */
const dueWebhook = async ({ webhook = true } = {}) => {
  const harness = batchHarness();
  harness.serve(b, { refused: 'No.' });
  await harness.start(toCsv([a], [b]), { webhook });
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
  for (const key of harness.incomingObjects.splice(0)) await harness.app.register(key);
  await harness.app.finish();
  for (const { key, image_id } of harness.outcomes.splice(0))
    await harness.work.outcome(key, image_id);
  expect(harness.waiting.close.length).toBeGreaterThan(0);
  harness.waiting.close.length = 0;
  return harness;
};

describe('a batch that is closed', () => {
  it('too early is not closed', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([a]));
    await harness.work.close();
    await harness.work.expand();
    const before = await harness.batch();

    await harness.work.close();

    expect(await harness.batch()).toEqual(before);
    expect(harness.app.deps.derived.keys()).not.toContain(resultsKey(requestId));
    expect(() => findResults(before, { onlyErrors: false })).toThrow(/not finished yet/);
  });

  it('while its rows are being written is not closed, although all existing ones have ended', async () => {
    const harness = batchHarness();
    harness.serve(a, { refused: 'No.' });
    await harness.start(toCsv([a]));
    harness.worker.killAfter(3); // the row, the checkpoint, the message
    await harness.work.expand().catch(() => harness.worker.restart());
    for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);

    await harness.work.close();

    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding' } });
  });

  it('that does not exist is ignored', async () => {
    await expect(batchHarness().work.close()).resolves.toBeUndefined();
  });

  it('writes its results once, and notifies its webhook once, after three messages', async () => {
    const harness = await dueWebhook();
    const written: string[] = [];
    const { write } = harness.deps.derived;
    harness.deps.derived.write = async (key, ...rest) => {
      written.push(key);
      return write(key, ...rest);
    };

    for (let n = 0; n < 3; n++) await harness.work.close();
    const ended = await harness.batch();
    await harness.finish();

    expect(written).toEqual([resultsKey(requestId), failedRowsKey(requestId)]);
    expect(ended.work).toMatchObject({ counts: { products: 2, images: 2, failed: 1 } });
    expect((await harness.batch()).work).toEqual(ended.work);
    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(findResults(ended, { onlyErrors: false })).toBe(resultsKey(requestId));
    expect(findResults(ended, { onlyErrors: true })).toBe(failedRowsKey(requestId));
  });

  it('by three workers at once ends once', async () => {
    const harness = await dueWebhook();

    await Promise.all([harness.work.close(), harness.work.close(), harness.work.close()]);
    await harness.finish();

    expect(await harness.batch()).toMatchObject({
      work: { state: 'ended', counts: { products: 2, images: 2, failed: 1 } },
      webhook: { state: 'delivered' },
    });
    expect(harness.receiver.deliveries).toHaveLength(1);
  });

  it('by a slow worker, when another has finished, stays as it ended', async () => {
    const harness = await dueWebhook();
    const { write } = harness.deps.derived;
    let ended: unknown;
    harness.deps.derived.write = async (...of) => {
      harness.deps.derived.write = write;
      await harness.work.close();
      await harness.finish();
      ended = await harness.batch();
      return write(...of);
    };

    await harness.work.close();

    expect(ended).toMatchObject({ work: { state: 'ended' }, webhook: { state: 'delivered' } });
    expect(await harness.batch()).toEqual(ended);
  });

  it('ends with the same results, wherever it was killed', async () => {
    const uninterrupted = await dueWebhook();
    await uninterrupted.finish();
    await uninterrupted.work.close();
    const expected = await uninterrupted.file(resultsKey(requestId));

    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const harness = await dueWebhook();
      harness.worker.killAfter(writes);

      await harness.work.close().catch(() => {});
      harness.worker.restart();
      await harness.work.close();
      await harness.finish();

      expect(await harness.file(resultsKey(requestId))).toBe(expected);
      expect(await harness.batch()).toMatchObject({
        work: { state: 'ended' },
        webhook: { state: 'delivered', attempts: [{ status: 204 }] },
      });
      expect(harness.receiver.deliveries).toHaveLength(1);
      hasEndedImage = !harness.worker.wasKilled();
    }
    // closing, two files, ended, the webhook as due, its message
    expect(writes).toBeGreaterThan(6);
  });

  it('without a webhook sends no notification', async () => {
    const harness = await dueWebhook({ webhook: false });

    await harness.work.close();
    await harness.finish();

    expect(harness.receiver.deliveries).toEqual([]);
    expect(await harness.batch()).not.toHaveProperty('webhook');
  });
});
