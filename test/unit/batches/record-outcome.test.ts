import { describe, expect, it } from 'vitest';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const urls = ['https://shop.example/a.jpg', 'https://shop.example/b.jpg'];
const place = { requestId, number: 1, index: 0 };
const key = rowImageKey(place, urls[0] ?? '');
const imageId = rowImageId(place, urls[0] ?? '');

/** A batch whose two pictures have arrived and are waiting for their workers. */
const roomWith = async ({ images: some = urls } = {}) => {
  const room = aBatchRoom();
  await room.start(csvOf(some));
  await room.work.expand();
  room.waiting.expand.length = 0;
  for (const message of room.waiting.import.splice(0)) await room.work.import(message);
  for (const incoming of room.incomingObjects.splice(0)) await room.darkroom.register(incoming);
  const image = async () => (await room.rows())[0]?.images[0];
  /** Lets the workers of images work, and keeps their news to itself. */
  const batchQueues = async () => {
    await room.darkroom.finish();
    return room.outcomes.splice(0);
  };
  return { ...room, image, batchQueues };
};

describe('the outcome of an image', () => {
  it('that is still being worked on changes nothing', async () => {
    const room = await roomWith();

    await room.work.outcome(key, imageId);

    expect(await room.image()).toMatchObject({ state: 'fetched' });
  });

  it('that is done is noted once, however often it is told', async () => {
    const room = await roomWith();
    await room.batchQueues();

    for (let n = 0; n < 3; n++) await room.work.outcome(key, imageId);
    await Promise.all([1, 2, 3].map(() => room.work.outcome(key, imageId)));

    expect(await room.image()).toMatchObject({ state: 'completed', inputUrl: urls[0] });
    expect(await room.counts()).toEqual({ products: 0, images: 1, failed: 0 });
    expect(room.waiting.close).toEqual([]);
  });

  it('that failed brings its reason', async () => {
    const room = await roomWith();
    room.darkroom.deps.inspect = async () => ({
      refusal: { kind: 'type', reason: 'It is a web page.' },
    });
    await room.batchQueues();

    await room.work.outcome(key, imageId);

    expect(await room.image()).toEqual({
      state: 'failed',
      inputUrl: urls[0],
      reason: 'It is a web page.',
      fetched: true,
    });
    expect(await room.counts()).toEqual({ products: 0, images: 1, failed: 1 });
  });

  it('that was deleted before it was done says so', async () => {
    const room = await roomWith();
    await room.darkroom.remove(imageId);

    await room.work.outcome(key, imageId);

    expect(await room.image()).toMatchObject({
      state: 'failed',
      reason: 'The image was deleted.',
    });
  });

  it('that was deleted so long ago that nobody remembers it says the same', async () => {
    const room = await roomWith();
    room.deps.images = { ...room.deps.images, find: async () => undefined };

    await room.work.outcome(key, imageId);

    expect(await room.image()).toMatchObject({ state: 'failed', reason: 'The image was deleted.' });
  });

  it('stays what it was when the image is deleted later', async () => {
    const room = await roomWith();
    await room.batchQueues();
    await room.work.outcome(key, imageId);

    await room.darkroom.remove(imageId);
    await room.work.outcome(key, imageId);

    expect(await room.image()).toMatchObject({ state: 'completed' });
    expect(await room.counts()).toMatchObject({ images: 1, failed: 0 });
  });

  it('stays what it was when the image is tried again later, and is done', async () => {
    const room = await roomWith();
    const { shrink } = room.darkroom.deps;
    room.darkroom.deps.shrink = async () => ({
      refusal: { kind: 'contents', reason: 'It ends too soon.' },
    });
    await room.batchQueues();
    await room.work.outcome(key, imageId);
    room.darkroom.deps.shrink = shrink;
    await room.darkroom.retry(imageId);
    await room.batchQueues();

    await room.work.outcome(key, imageId);

    expect(await room.image()).toMatchObject({ state: 'failed', reason: 'It ends too soon.' });
  });

  it('of a picture that somebody dropped there by hand is nobody’s', async () => {
    const room = await roomWith();
    await room.batchQueues();
    const before = await room.rows();

    for (const odd of [
      'batches/x.jpg',
      `batches/${requestId}/1-9/a.jpg`,
      `batches/${requestId}/7-1/a.jpg`,
      'batches/another/1-1/a.jpg',
      `batches/${requestId}/one-two/a.jpg`,
      `batches/${requestId}/1-1/deeper/a.jpg`,
    ])
      await room.work.outcome(odd, imageId);

    expect(await room.rows()).toEqual(before);
  });

  it('that is the last one has the batch closed, also when it was killed before telling', async () => {
    const room = await roomWith({ images: urls.slice(0, 1) });
    await room.batchQueues();
    room.life.dieAfter(1);
    await expect(room.work.outcome(key, imageId)).rejects.toThrow(Killed);
    room.life.live();
    expect(room.waiting.close).toEqual([]);

    await room.work.outcome(key, imageId);

    expect(room.waiting.close).toEqual([{ request_id: requestId }]);
  });
});
