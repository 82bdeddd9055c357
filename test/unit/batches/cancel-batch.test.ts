import { describe, expect, it } from 'vitest';
import { batchStatus, failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { failureOf, statusOf } from '#lib/images/image.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { a, b, c, imageId, readStates, startedHarness } from './cancel-harness.ts';

describe('a batch that is cancelled', () => {
  it('keeps what is done, cancels the rest without fetching it, and ends as cancelled', async () => {
    const harness = await startedHarness({ done: 1, webhook: true });

    const cancelling = await harness.cancel();
    expect(batchStatus(cancelling)).toBe('processing');
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('cancelled');
    expect(await readStates(harness)).toEqual(['completed', 'cancelled', 'cancelled']);
    expect(await harness.counts()).toEqual({ products: 3, images: 3, failed: 0, cancelled: 2 });
    expect(harness.fetched).toEqual([a]);
    expect(harness.receiver.deliveries.map(({ body }) => JSON.parse(body))).toEqual([
      expect.objectContaining({ request_id: requestId, status: 'cancelled' }),
    ]);
  });

  it('names every cancelled picture in its results, and lists it to be sent again', async () => {
    const harness = await startedHarness({ done: 1 });
    await harness.cancel();
    await harness.finish();

    const results = await harness.file(resultsKey(requestId));
    expect(results).toContain(`${b}: The batch was cancelled before this picture was processed.`);
    expect(results).toContain(`${c}: The batch was cancelled before this picture was processed.`);
    expect(await harness.file(failedRowsKey(requestId))).toBe(
      `S. No.,Product Name,Input Image Urls\r\n2,SKU2,${b}\r\n3,SKU3,${c}\r\n`,
    );
  });

  it('stops images that are in the pipeline already, which a retry continues', async () => {
    const harness = await startedHarness();
    await harness.work.import({ request_id: requestId, row: 1, from: 0, to: 1 });
    await harness.app.register(harness.incomingObjects.shift() ?? '');

    await harness.cancel();
    await harness.work.close();
    await harness.finish();

    const image = await harness.app.image(imageId(1, a));
    expect(statusOf(image)).toBe('failed');
    expect(failureOf(image)).toEqual({
      error: 'The batch was cancelled before this picture was processed.',
      code: 'batch_cancelled',
    });
    for (const { state } of Object.values(image.steps)) expect(state).toBe('skipped');
    const [row] = await harness.rows();
    expect(row?.images).toEqual([{ state: 'cancelled', inputUrl: a, fetched: true }]);

    await harness.app.retry(imageId(1, a));
    await harness.finish();
    expect(statusOf(await harness.app.image(imageId(1, a)))).toBe('done');
    expect(await readStates(harness)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('keeps an image of which only the caption is missing, without it', async () => {
    const harness = await startedHarness();
    await harness.work.import({ request_id: requestId, row: 1, from: 0, to: 1 });
    await harness.app.register(harness.incomingObjects.shift() ?? '');
    await harness.app.finish();
    harness.outcomes.length = 0;
    const { images } = harness.app.deps;
    const found = await images.find(imageId(1, a));
    if (!found) throw new Error('There is no image.');
    const caption = { state: 'pending', run: 1, since: '2026-11-30T20:00:00.000Z' } as const;
    const { image } = found;
    await images.save(found, { ...image, steps: { ...image.steps, caption } });

    await harness.cancel();
    await harness.finish();

    expect(statusOf(await harness.app.image(imageId(1, a)))).toBe('done');
    expect(await readStates(harness)).toEqual(['completed', 'cancelled', 'cancelled']);
  });

  it('makes no image of what was fetched and not registered yet', async () => {
    const harness = await startedHarness();
    await harness.work.import({ request_id: requestId, row: 1, from: 0, to: 1 });
    expect(harness.incomingObjects).toHaveLength(1);

    await harness.cancel();
    await harness.work.close();
    await harness.finish();

    expect(harness.app.deps.originals.keys()).toEqual([]);
    expect(await harness.app.deps.images.find(imageId(1, a))).toBeUndefined();
  });

  it('makes no image of what is fetched at that moment', async () => {
    const harness = await startedHarness();
    const { fetchPicture } = harness.deps;
    harness.deps.fetchPicture = async (url) => {
      await harness.cancel();
      await harness.work.close();
      return fetchPicture(url);
    };

    await harness.work.import({ request_id: requestId, row: 1, from: 0, to: 1 });
    await harness.finish();

    expect(harness.app.deps.originals.keys()).toEqual([]);
    expect(await harness.app.deps.images.find(imageId(1, a))).toBeUndefined();
  });

  it('records the outcome of an image that ended before its row knew', async () => {
    const harness = await startedHarness();
    await harness.work.import({ request_id: requestId, row: 1, from: 0, to: 1 });
    await harness.app.register(harness.incomingObjects.shift() ?? '');
    await harness.app.finish();
    harness.outcomes.length = 0;

    await harness.cancel();
    await harness.finish();

    expect(await readStates(harness)).toEqual(['completed', 'cancelled', 'cancelled']);
  });

  it('names products whose rows were not written yet, too', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([a], [b], [c]));

    await harness.cancel();
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('cancelled');
    expect(await readStates(harness)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(harness.fetched).toEqual([]);
  });

  it('before its CSV was fetched ends at once, with a reason', async () => {
    const harness = batchHarness();
    await harness.start({ csvUrl: 'https://shop.example/products.csv' }, { webhook: true });

    expect(batchStatus(await harness.cancel())).toBe('cancelled');
    await harness.finish();

    expect(harness.fetched).toEqual([]);
    expect(await harness.rows()).toEqual([]);
    expect(harness.receiver.deliveries).toHaveLength(1);
  });

  it('while its CSV is fetched gets no rows', async () => {
    const harness = batchHarness();
    const csvUrl = 'https://shop.example/products.csv';
    harness.serve(csvUrl, toCsv([a]));
    await harness.start({ csvUrl });
    const { fetchCsv } = harness.deps;
    harness.deps.fetchCsv = async (url) => {
      await harness.cancel();
      return fetchCsv(url);
    };

    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('cancelled');
    expect(await harness.rows()).toEqual([]);
  });

  it('may be cancelled again while it is being cancelled, and not once it has ended', async () => {
    const harness = await startedHarness();
    const { cancelledAt } = await harness.cancel();
    expect((await harness.cancel()).cancelledAt).toBe(cancelledAt);
    await harness.finish();

    await expect(harness.cancel()).rejects.toMatchObject({ code: 'batch_ended' });
  });

  it('that is unknown, or has completed, is a Problem', async () => {
    await expect(batchHarness().cancel()).rejects.toMatchObject({ code: 'batch_not_found' });
    const completed = await startedHarness({ done: 3 });
    expect(batchStatus(await completed.batch())).toBe('completed');
    await expect(completed.cancel()).rejects.toMatchObject({ code: 'batch_ended' });
  });

  it('ends although the message that cancels its rows was lost', async () => {
    const harness = await startedHarness();
    await harness.cancel();
    harness.waiting.close.length = 0;
    harness.waiting.import.length = 0;
    harness.pass(3 * 60_000);

    await harness.sweep();
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('cancelled');
    expect(harness.fetched).toEqual([]);
  });

  it('is continued by the next message where one takes too long', async () => {
    const harness = await startedHarness();
    const { find } = harness.deps.images;
    harness.deps.images.find = async (id) => {
      harness.pass(16_000);
      return find(id);
    };

    await harness.cancel();
    harness.waiting.close.length = 0;
    await harness.work.close();

    expect(harness.waiting.close).toEqual([{ request_id: requestId, after_row: 3 }]);
    await harness.finish();
    expect(batchStatus(await harness.batch())).toBe('cancelled');
  });
});
