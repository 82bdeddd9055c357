import { describe, expect, it } from 'vitest';
import { batchStatus, hasEnded, resultsKey } from '#lib/batches/batch.ts';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';
import { a, batchAt, empty, loseAll, sweepDelayMs } from './sweep-fixtures.ts';

const b = 'https://shop.example/b.jpg';
const place = { requestId, number: 1, index: 0 };

describe('the sweep', () => {
  it('enqueues once more, and then records the failure', async () => {
    const harness = await batchAt('enqueued', [a, b]);
    const message = harness.waiting.import[0];
    loseAll(harness);
    await harness.sweep();
    expect(harness.waiting.import).toMatchObject([message ?? {}]);
    expect(await harness.sweep()).toEqual(empty); // it was requeued only just now
    loseAll(harness);

    expect(await harness.sweep()).toEqual({ requeued: 0, gaveUp: 1 });
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('failed');
    expect((await harness.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'No worker fetched it, although it was requested twice.' },
      { state: 'failed' },
    ]);
    expect(await harness.batch()).toMatchObject({ webhook: { state: 'delivered' } });
  });

  it('gives up also on a picture that was fetched and never registered', async () => {
    const harness = await batchAt('fetched');
    for (const what of ['requeued', 'gaveUp']) {
      loseAll(harness);
      expect(await harness.sweep()).toMatchObject({ [what]: 1 });
    }
    await harness.finish();

    expect((await harness.rows())[0]?.images).toMatchObject([{ state: 'failed', fetched: false }]);
    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('leaves an image that is processing to sweep-stuck, however long it takes', async () => {
    const harness = await batchAt('registered');
    for (let n = 0; n < 4; n++) {
      loseAll(harness);
      await harness.sweep();
    }
    expect((await harness.rows())[0]?.images).toMatchObject([{ state: 'fetched' }]);

    await harness.app.finish();
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('completed');
  });

  it('finds an image that was deleted without a notification', async () => {
    const harness = await batchAt('registered');
    await harness.app.remove(rowImageId(place, a));
    loseAll(harness); // killed before the row was notified

    await harness.sweep();
    await harness.finish();

    expect((await harness.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'The image was deleted.' },
    ]);
    expect(batchStatus(await harness.batch())).toBe('failed');
  });

  it('gives up a batch whose rows cannot all be written, and ends it with those that exist', async () => {
    const harness = batchHarness();
    const toUrl = (n: number) => `https://shop.example/${n}.jpg`;
    await harness.start(toCsv(...Array.from({ length: 1100 }, (_, n) => [toUrl(n + 1)])), {
      webhook: true,
    });
    harness.serve(toUrl(2), { refused: 'No.' });
    const { add } = harness.deps.rows;
    harness.deps.rows.add = async (id, rows) => {
      // Some rows of the second chunk are written, and no checkpoint records them.
      await add(
        id,
        rows.filter(({ number }) => number <= 700),
      );
      if (rows.some(({ number }) => number > 700)) throw new Killed();
    };
    await harness.finish({ times: 2 });
    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });

    const swept: unknown[] = [];
    for (let n = 0; n < 5 && !hasEnded(await harness.batch()); n++) {
      loseAll(harness);
      swept.push(await harness.sweep());
      await harness.finish();
    }

    expect(swept).toEqual([
      { requeued: 1, gaveUp: 0 }, // for the CSV to be read on
      { requeued: 0, gaveUp: 1 },
      { requeued: 1, gaveUp: 0 }, // for the rows whose messages were never sent
    ]);
    const batch = await harness.batch();
    expect(batch).toMatchObject({
      total: { products: 1100, images: 1100 },
      cut: { written: 700 },
      work: { state: 'ended', counts: { products: 700, images: 700, failed: 1 } },
      webhook: { state: 'delivered' },
    });
    expect(batchStatus(batch)).toBe('completed_with_errors');
    expect(JSON.parse(harness.receiver.deliveries[0]?.body ?? '')).toMatchObject({
      status: 'completed_with_errors',
      total_products: 1100,
      processed_products: 700,
      completion_percentage: 63.63,
    });
    expect((await harness.file(resultsKey(requestId))).trim().split('\r\n')).toHaveLength(701);
  });

  it('counts a batch as complete whose rows all exist, although that was not recorded', async () => {
    const harness = await batchAt('started');
    for (const writes of [2, 0]) {
      harness.worker.killAfter(writes); // the row, the checkpoint; the message
      await harness.work.expand().catch(() => harness.worker.restart());
      loseAll(harness);
      await harness.sweep();
    }
    expect(await harness.batch()).toMatchObject({ work: { state: 'running' } });
    loseAll(harness);
    await harness.sweep();
    await harness.finish();

    expect(await harness.batch()).not.toHaveProperty('cut');
    expect(batchStatus(await harness.batch())).toBe('completed');
  });

  it('gives up a batch whose CSV no worker reads', async () => {
    const harness = await batchAt('started');
    for (const what of ['requeued', 'gaveUp']) {
      loseAll(harness);
      expect(await harness.sweep()).toMatchObject({ [what]: 1 });
    }
    await harness.finish();

    expect(await harness.batch()).toMatchObject({
      work: {
        state: 'refused',
        reason: 'No worker could read the CSV to its end, although it was requested twice.',
      },
      webhook: { state: 'delivered' },
    });
  });

  it('enqueues a CSV twice again after progress in between', async () => {
    const harness = batchHarness();
    await harness.start(toCsv(...Array.from({ length: 1100 }, () => [a])));
    for (const writes of [3, 3, 3]) {
      loseAll(harness);
      expect(await harness.sweep()).toEqual({ requeued: 1, gaveUp: 0 });
      harness.worker.killAfter(writes); // a chunk; its checkpoint; its messages
      await harness.work.expand().catch(() => harness.worker.restart());
    }

    loseAll(harness);
    expect(await harness.sweep()).toEqual({ requeued: 1, gaveUp: 0 });
  });

  it('leaves a batch alone that has ended', async () => {
    const harness = await batchAt('done');
    await harness.finish();
    const before = await harness.batch();
    harness.pass(sweepDelayMs);

    expect(await harness.sweep()).toEqual(empty);

    expect(await harness.batch()).toEqual(before);
    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(rowImageKey(place, a)).toBe(harness.app.deps.originals.keys()[0]);
  });
});
