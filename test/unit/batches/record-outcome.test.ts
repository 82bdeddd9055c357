import { describe, expect, it } from 'vitest';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const urls = ['https://shop.example/a.jpg', 'https://shop.example/b.jpg'];
const place = { requestId, number: 1, index: 0 };
const key = rowImageKey(place, urls[0] ?? '');
const imageId = rowImageId(place, urls[0] ?? '');

/** A batch whose two images are registered and whose steps are enqueued. */
const registeredBatch = async ({ images: some = urls } = {}) => {
  const harness = batchHarness();
  await harness.start(toCsv(some));
  await harness.work.expand();
  harness.waiting.expand.length = 0;
  for (const message of harness.waiting.import.splice(0)) await harness.work.import(message);
  for (const incoming of harness.incomingObjects.splice(0)) await harness.app.register(incoming);
  const image = async () => (await harness.rows())[0]?.images[0];
  /** Runs the image workers, and returns their outcome messages undelivered. */
  const finishImages = async () => {
    await harness.app.finish();
    return harness.outcomes.splice(0);
  };
  return { ...harness, image, finishImages };
};

describe('the outcome of an image', () => {
  it('that is still processing changes nothing', async () => {
    const harness = await registeredBatch();

    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toMatchObject({ state: 'fetched' });
  });

  it('that is done is recorded once, however often its message is delivered', async () => {
    const harness = await registeredBatch();
    await harness.finishImages();

    for (let n = 0; n < 3; n++) await harness.work.outcome(key, imageId);
    await Promise.all([1, 2, 3].map(() => harness.work.outcome(key, imageId)));

    expect(await harness.image()).toMatchObject({ state: 'completed', inputUrl: urls[0] });
    expect(await harness.counts()).toEqual({ products: 0, images: 1, failed: 0 });
    expect(harness.waiting.close).toEqual([]);
  });

  it('that failed has its reason', async () => {
    const harness = await registeredBatch();
    harness.app.deps.inspect = async () => ({
      refusal: { kind: 'type', reason: 'It is a web page.' },
    });
    await harness.finishImages();

    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toEqual({
      state: 'failed',
      inputUrl: urls[0],
      reason: 'It is a web page.',
      code: 'unsupported_format',
      fetched: true,
    });
    expect(await harness.counts()).toEqual({ products: 0, images: 1, failed: 1 });
  });

  it('that was deleted before it was done says so', async () => {
    const harness = await registeredBatch();
    await harness.app.remove(imageId);

    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toMatchObject({
      state: 'failed',
      reason: 'The image was deleted.',
    });
  });

  it('that was deleted so long ago that its tombstone has expired says the same', async () => {
    const harness = await registeredBatch();
    harness.deps.images = { ...harness.deps.images, find: async () => undefined };

    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toMatchObject({
      state: 'failed',
      reason: 'The image was deleted.',
    });
  });

  it('stays what it was when the image is deleted later', async () => {
    const harness = await registeredBatch();
    await harness.finishImages();
    await harness.work.outcome(key, imageId);

    await harness.app.remove(imageId);
    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toMatchObject({ state: 'completed' });
    expect(await harness.counts()).toMatchObject({ images: 1, failed: 0 });
  });

  it('stays what it was when the image is retried later, and is done', async () => {
    const harness = await registeredBatch();
    const { shrink } = harness.app.deps;
    harness.app.deps.shrink = async () => ({
      refusal: { kind: 'contents', reason: 'It ends too soon.' },
    });
    await harness.finishImages();
    await harness.work.outcome(key, imageId);
    harness.app.deps.shrink = shrink;
    await harness.app.retry(imageId);
    await harness.finishImages();

    await harness.work.outcome(key, imageId);

    expect(await harness.image()).toMatchObject({ state: 'failed', reason: 'It ends too soon.' });
  });

  it('of a picture that another client stored there belongs to no row', async () => {
    const harness = await registeredBatch();
    await harness.finishImages();
    const before = await harness.rows();

    for (const odd of [
      'batches/x.jpg',
      `batches/${requestId}/1-9/a.jpg`,
      `batches/${requestId}/7-1/a.jpg`,
      'batches/another/1-1/a.jpg',
      `batches/${requestId}/one-two/a.jpg`,
      `batches/${requestId}/1-1/deeper/a.jpg`,
    ])
      await harness.work.outcome(odd, imageId);

    expect(await harness.rows()).toEqual(before);
  });

  it('that is the last one closes the batch, even if it was killed before that', async () => {
    const harness = await registeredBatch({ images: urls.slice(0, 1) });
    await harness.finishImages();
    harness.worker.killAfter(1);
    await expect(harness.work.outcome(key, imageId)).rejects.toThrow(Killed);
    harness.worker.restart();
    expect(harness.waiting.close).toEqual([]);

    await harness.work.outcome(key, imageId);

    expect(harness.waiting.close).toEqual([{ request_id: requestId }]);
  });
});
