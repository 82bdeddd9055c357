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

describe('a CSV at a URL', () => {
  const csvUrl = 'https://shop.example/products.csv';

  it('is fetched once and stored', async () => {
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

  it('with errors ends the batch with the list of them, and notifies the webhook', async () => {
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

  it('that cannot be fetched ends the batch with the reason', async () => {
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

  it('that is busy is requested again, a limited number of times', async () => {
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

  it('that is busy at first is read when it responds', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, new RetryLaterError(`${csvUrl} answered 503.`));
    await harness.start({ csvUrl });
    await expect(harness.work.expand(1)).rejects.toThrow(RetryLaterError);

    harness.serve(csvUrl, many(2));
    await harness.finish();

    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('has the same outcome, wherever its worker was killed', async () => {
    for (const csv of [many(2), 'nonsense']) {
      for (let writes = 0, hasEndedImage = false; !hasEndedImage; writes++) {
        const harness = batchHarness();
        harness.serve(csvUrl, csv);
        await harness.start({ csvUrl }, { webhook: true });
        harness.worker.killAfter(writes);

        await harness.finish();

        expect(await harness.batch()).toMatchObject({
          work: { state: csv === 'nonsense' ? 'refused' : 'ended' },
          webhook: { state: 'delivered' },
        });
        hasEndedImage = !harness.worker.wasKilled();
      }
    }
  });

  it('whose store stays down ends the batch with a reason', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, many(1));
    await harness.start({ csvUrl });

    await giveUpExpansion(requestId, { reason: 'Tried 8 times and gave up: S3.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({
      work: { state: 'refused', reason: 'Tried 8 times and gave up: S3.' },
    });
  });

  it('with rows beyond the last checkpoint is not given up either', async () => {
    const harness = batchHarness();
    harness.serve(csvUrl, many(600));
    await harness.start({ csvUrl });
    harness.worker.killAfter(3); // the CSV, what is in it, and rows
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.restart();
    expect(await harness.rows()).toHaveLength(500);

    await giveUpExpansion(requestId, { reason: 'No.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({
      total: { products: 600, images: 600 },
      work: { state: 'expanding', written: 0 },
    });
  });

  it('with rows is not given up: the sweep continues it', async () => {
    const harness = batchHarness();
    await harness.start(many(600));
    harness.worker.killAfter(3);
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.restart();

    await giveUpExpansion(requestId, { reason: 'No.' }, harness.deps);

    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });
  });
});
