import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { batchStatus, failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { rowImageId } from '#lib/batches/row.ts';
import { BatchWebhookPayload } from '#lib/http/webhook-payloads.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { type BatchHarness, batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';
const c = 'https://shop.example/c.jpg';
const csv = toCsv([a, b], [c]);
const notFound = `${b} answered 404.`;

/** Two products with three URLs, one of which answers 404. */
const harnessWithMissingUrl = () => {
  const harness = batchHarness();
  harness.serve(b, { refused: notFound });
  return harness;
};

/** With the version of the picture, whatever that is. */
const outputUrlFor = (number: number, index: number, url: string) => {
  const imageId = rowImageId({ requestId, number, index }, url);
  return `https://api\\.example/i/${imageId}/optimized\\?v=[\\w-]{14}`;
};

const matching = (pattern: string) => expect.stringMatching(new RegExp(`^${pattern}$`));

/** What is true of that batch in the end, whatever happened on the way. */
const expectEnded = async (harness: BatchHarness) => {
  const batch = await harness.batch();
  expect(batchStatus(batch)).toBe('completed_with_errors');
  expect(batch).toMatchObject({
    total: { products: 2, images: 3 },
    work: { state: 'ended', counts: { products: 2, images: 3, failed: 1 } },
    webhook: { state: 'delivered', attempts: [{ status: 204, error: null }] },
  });
  expect(await harness.counts()).toEqual({ products: 2, images: 3, failed: 1 });
  expect(await harness.rows()).toMatchObject([
    { number: 1, images: [{ state: 'completed' }, { state: 'failed', reason: notFound }] },
    { number: 2, images: [{ state: 'completed' }] },
  ]);
  expect(parse(await harness.file(resultsKey(requestId)))).toEqual([
    ['S. No.', 'Product Name', 'Input Image Urls', 'Output Image Urls', 'Errors'],
    ['1', 'SKU1', `${a},${b}`, matching(`${outputUrlFor(1, 0, a)},`), `${b}: ${notFound}`],
    ['2', 'SKU2', c, matching(outputUrlFor(2, 0, c)), ''],
  ]);
  expect(parse(await harness.file(failedRowsKey(requestId)))).toEqual([
    ['S. No.', 'Product Name', 'Input Image Urls'],
    ['1', 'SKU1', b],
  ]);
  expect(await harness.app.deps.images.counts()).toMatchObject({ total: 2, done: 2 });
  expect(new Set(harness.receiver.deliveries.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
};

describe('a batch', () => {
  it('ends with an outcome for each URL, its results, and one webhook', async () => {
    const harness = harnessWithMissingUrl();

    await harness.start(csv, { webhook: true });
    await harness.finish();

    await expectEnded(harness);
    expect(harness.fetched).toEqual([a, b, c]);
    expect(harness.receiver.deliveries).toHaveLength(1);
    const payload = JSON.parse(harness.receiver.deliveries[0]?.body ?? '');
    expect(BatchWebhookPayload.strict().parse(payload)).toEqual({
      type: 'batch.ended',
      request_id: requestId,
      status: 'completed_with_errors',
      total_products: 2,
      processed_products: 2,
      failed_images: 1,
      completion_percentage: 100,
      results_url: `https://api.example/api/batches/${requestId}/results`,
      timestamp: expect.stringMatching(/Z$/),
    });
  });

  it('is the same where each message is delivered three times', async () => {
    const harness = harnessWithMissingUrl();

    await harness.start(csv, { webhook: true });
    await harness.finish({ times: 3 });

    await expectEnded(harness);
    expect(harness.fetched).toEqual([a, b, c]);
    expect(harness.receiver.deliveries).toHaveLength(1);
  });

  it('is the same when it is killed before any of its writes, and the message is retried', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const harness = harnessWithMissingUrl();
      await harness.start(csv, { webhook: true });

      harness.worker.killAfter(writes);
      await harness.finish();

      await expectEnded(harness);
      hasEndedImage = !harness.worker.wasKilled();
    }
    expect(writes).toBeGreaterThan(20);
  });

  it('is the same when it is killed again and again', async () => {
    for (const writes of [3, 4, 5, 8, 13]) {
      const harness = harnessWithMissingUrl();
      await harness.start(csv, { webhook: true });

      harness.worker.killAfter(writes, { again: true });
      await harness.finish();

      await expectEnded(harness);
    }
  });

  it('whose URLs have all failed has failed', async () => {
    const harness = batchHarness();
    harness.serve(a, { refused: 'No.' });
    harness.serve(b, new RetryLaterError(`${b} answered 503.`));

    await harness.start(toCsv([a], [b]));
    await harness.finish();

    expect(batchStatus(await harness.batch())).toBe('failed');
    expect(parse(await harness.file(failedRowsKey(requestId)))).toHaveLength(3);
  });
});
