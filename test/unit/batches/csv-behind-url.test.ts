import { describe, expect, it } from 'vitest';
import { inputKey } from '#lib/batches/batch.ts';
import { findResults } from '#lib/batches/find-results.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { findCsvErrors } from '#lib/batches/progress.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const toUrl = (n: number) => `https://shop.example/${n}.jpg`;
const many = (count: number) => toCsv(...Array.from({ length: count }, (_, n) => [toUrl(n + 1)]));

describe('a CSV behind a URL', () => {
  const csvUrl = 'https://shop.example/products.csv';

  it('is fetched once and kept', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, many(3));
    await harness.start({ csvUrl });

    await harness.work.expand();
    await harness.work.expand();

    expect(harness.fetched).toEqual([csvUrl]);
    expect(await harness.file(inputKey(requestId))).toBe(many(3));
    expect(await harness.batch()).toMatchObject({
      total: { products: 3, images: 3 },
      work: { state: 'running' },
    });
  });

  it('with faults ends the batch with the list of them, and tells the webhook', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, 'S. No.,Product Name,Input Image Urls\n1,,nothing\n');
    await harness.start({ csvUrl }, { webhook: true });

    await harness.finish();

    const batch = await harness.batch();
    expect(batch).toMatchObject({
      work: { state: 'refused', reason: expect.stringMatching(/^The CSV has 2 errors: line 2, /) },
      webhook: { state: 'delivered' },
    });
    expect(await findCsvErrors(batch, harness.deps)).toMatchObject({
      faults: [
        { row: 2, column: 'Product Name' },
        { row: 2, column: 'Input Image Urls' },
      ],
      more: 0,
    });
    expect(JSON.parse(harness.receiver.deliveries[0]?.body ?? '')).toMatchObject({
      status: 'failed',
      total_products: 0,
    });
    expect(await harness.rows()).toEqual([]);
    expect(() => findResults(batch, { onlyErrors: false })).toThrow(
      /There are no results: The CSV has 2/,
    );
  });

  it('that will never come ends the batch with the reason', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, { refused: `${csvUrl} answered 404.` });
    await harness.start({ csvUrl });

    await harness.finish();

    const batch = await harness.batch();
    expect(batch).toMatchObject({
      work: {
        state: 'refused',
        reason: `The CSV could not be fetched: ${csvUrl} answered 404.`,
      },
    });
    expect(await findCsvErrors(batch, harness.deps)).toBeUndefined();
  });

  it('that is busy is asked for again, and not for ever', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, new RetryLaterError(`${csvUrl} answered 503.`));
    await harness.start({ csvUrl });
    await expect(harness.work.expand(1)).rejects.toThrow(RetryLaterError);
    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding' } });

    await harness.finish();

    expect(harness.fetched).toHaveLength(1 + 4);
    expect(await harness.batch()).toMatchObject({
      work: {
        state: 'refused',
        reason: `The CSV could not be fetched: ${csvUrl} answered 503, tried 4 times.`,
      },
    });
  });

  it('that is busy at first is read when it comes', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, new RetryLaterError(`${csvUrl} answered 503.`));
    await harness.start({ csvUrl });
    await expect(harness.work.expand(1)).rejects.toThrow(RetryLaterError);

    harness.serve(csvUrl, many(2));
    await harness.finish();

    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('is refused or run the same, wherever its worker was killed', async () => {
    for (const csv of [many(2), 'nonsense']) {
      for (let writes = 0, hasEndedImage = false; !hasEndedImage; writes++) {
        const harness = batchHarness();
        harness.serve(csvUrl, csv);
        await harness.start({ csvUrl }, { webhook: true });
        harness.worker.dieAfter(writes);

        await harness.finish();

        expect(await harness.batch()).toMatchObject({
          work: { state: csv === 'nonsense' ? 'refused' : 'ended' },
          webhook: { state: 'delivered' },
        });
        hasEndedImage = !harness.worker.hasDied();
      }
    }
  });

  it('whose store is down for good ends with a reason, and not in silence', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, many(1));
    await harness.start({ csvUrl });

    await giveUpExpansion(requestId, { reason: 'Tried 8 times and gave up: S3.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({
      work: { state: 'refused', reason: 'Tried 8 times and gave up: S3.' },
    });
  });

  it('of which rows are there, though no checkpoint tells of them, is not given up either', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, many(600));
    await harness.start({ csvUrl });
    harness.worker.dieAfter(3); // the CSV, what is in it, and rows
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.live();
    expect(await harness.rows()).toHaveLength(500);

    await giveUpExpansion(requestId, { reason: 'No.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({
      total: { products: 600, images: 600 },
      work: { state: 'expanding', written: 0 },
    });
  });

  it('of which rows are there already is not given up: the sweep goes on with it', async () => {
    const harness = batchHarness();
    await harness.start(many(600));
    harness.worker.dieAfter(3);
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.live();

    await giveUpExpansion(requestId, { reason: 'No.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });
  });
});
