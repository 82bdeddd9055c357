import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { batchStatus, failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { rowImageId } from '#lib/batches/row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aBatchRoom, type BatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';
const c = 'https://shop.example/c.jpg';
const csv = csvOf([a, b], [c]);
const notFound = `${b} answered 404.`;

/** Two products with three URLs, one of which leads nowhere. */
const roomWith = () => {
  const room = aBatchRoom();
  room.serve(b, { refused: notFound });
  return room;
};

/** With the version of the picture, whatever that is. */
const outputOf = (number: number, index: number, url: string) => {
  const imageId = rowImageId({ requestId, number, index }, url);
  return `https://api\\.example/i/${imageId}/optimized\\?v=[\\w-]{14}`;
};

const matching = (pattern: string) => expect.stringMatching(new RegExp(`^${pattern}$`));

/** What is true of that batch in the end, whatever happened on the way. */
const expectEnded = async (room: BatchRoom) => {
  const batch = await room.batch();
  expect(batchStatus(batch)).toBe('completed_with_errors');
  expect(batch).toMatchObject({
    total: { products: 2, images: 3 },
    work: { state: 'ended', counts: { products: 2, images: 3, failed: 1 } },
    webhook: { state: 'delivered', attempts: [{ status: 204, error: null }] },
  });
  expect(await room.counts()).toEqual({ products: 2, images: 3, failed: 1 });
  expect(await room.rows()).toMatchObject([
    { number: 1, images: [{ state: 'completed' }, { state: 'failed', reason: notFound }] },
    { number: 2, images: [{ state: 'completed' }] },
  ]);
  expect(parse(await room.file(resultsKey(requestId)))).toEqual([
    ['S. No.', 'Product Name', 'Input Image Urls', 'Output Image Urls', 'Errors'],
    ['1', 'SKU1', `${a},${b}`, matching(`${outputOf(1, 0, a)},`), `${b}: ${notFound}`],
    ['2', 'SKU2', c, matching(outputOf(2, 0, c)), ''],
  ]);
  expect(parse(await room.file(failedRowsKey(requestId)))).toEqual([
    ['S. No.', 'Product Name', 'Input Image Urls'],
    ['1', 'SKU1', b],
  ]);
  expect(await room.darkroom.deps.images.counts()).toMatchObject({ total: 2, done: 2 });
  expect(new Set(room.receiver.deliveries.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
};

describe('a batch', () => {
  it('ends with an outcome for each URL, its results, and one webhook', async () => {
    const room = roomWith();

    await room.start(csv, { webhook: true });
    await room.finish();

    await expectEnded(room);
    expect(room.fetched).toEqual([a, b, c]);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(JSON.parse(room.receiver.deliveries[0]?.body ?? '')).toEqual({
      request_id: requestId,
      status: 'completed_with_errors',
      total_products: 2,
      processed_products: 2,
      completion_percentage: 100,
      timestamp: expect.stringMatching(/Z$/),
    });
  });

  it('is the same where each message comes three times', async () => {
    const room = roomWith();

    await room.start(csv, { webhook: true });
    await room.finish({ times: 3 });

    await expectEnded(room);
    expect(room.fetched).toEqual([a, b, c]);
    expect(room.receiver.deliveries).toHaveLength(1);
  });

  it('is the same when it is killed before any of its writes, and the message comes back', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const room = roomWith();
      await room.start(csv, { webhook: true });

      room.life.dieAfter(writes);
      await room.finish();

      await expectEnded(room);
      hasEndedImage = !room.life.hasDied();
    }
    expect(writes).toBeGreaterThan(20);
  });

  it('is the same when it is killed again and again', async () => {
    for (const writes of [3, 4, 5, 8, 13]) {
      const room = roomWith();
      await room.start(csv, { webhook: true });

      room.life.dieAfter(writes, { again: true });
      await room.finish();

      await expectEnded(room);
    }
  });

  it('whose URLs have all failed has failed', async () => {
    const room = aBatchRoom();
    room.serve(a, { refused: 'No.' });
    room.serve(b, new RetryLaterError(`${b} answered 503.`));

    await room.start(csvOf([a], [b]));
    await room.finish();

    expect(batchStatus(await room.batch())).toBe('failed');
    expect(parse(await room.file(failedRowsKey(requestId)))).toHaveLength(3);
  });
});
