import { describe, expect, it } from 'vitest';
import { inputKey } from '#lib/batches/batch.ts';
import { findResults } from '#lib/batches/find-results.ts';
import { giveUpExpansion } from '#lib/batches/give-up.ts';
import { faultsOf } from '#lib/batches/progress.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const urlOf = (n: number) => `https://shop.example/${n}.jpg`;
const many = (count: number) => csvOf(...Array.from({ length: count }, (_, n) => [urlOf(n + 1)]));

describe('a CSV behind a URL', () => {
  const csvUrl = 'https://shop.example/products.csv';

  it('is fetched once and kept', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, many(3));
    await room.start({ csvUrl });

    await room.work.expand();
    await room.work.expand();

    expect(room.fetched).toEqual([csvUrl]);
    expect(await room.file(inputKey(requestId))).toBe(many(3));
    expect(await room.batch()).toMatchObject({
      total: { products: 3, images: 3 },
      work: { state: 'running' },
    });
  });

  it('with faults ends the batch with the list of them, and tells the webhook', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, 'S. No.,Product Name,Input Image Urls\n1,,nothing\n');
    await room.start({ csvUrl }, { webhook: true });

    await room.finish();

    const batch = await room.batch();
    expect(batch).toMatchObject({
      work: { state: 'refused', reason: expect.stringMatching(/^The CSV has 2 faults: line 2, /) },
      webhook: { state: 'delivered' },
    });
    expect(await faultsOf(batch, room.deps)).toMatchObject({
      faults: [
        { row: 2, column: 'Product Name' },
        { row: 2, column: 'Input Image Urls' },
      ],
      more: 0,
    });
    expect(JSON.parse(room.receiver.deliveries[0]?.body ?? '')).toMatchObject({
      status: 'failed',
      total_products: 0,
    });
    expect(await room.rows()).toEqual([]);
    expect(() => findResults(batch, { onlyErrors: false })).toThrow(
      /There are no results: The CSV has 2/,
    );
  });

  it('that will never come ends the batch with the reason', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, { refused: `${csvUrl} answered 404.` });
    await room.start({ csvUrl });

    await room.finish();

    const batch = await room.batch();
    expect(batch).toMatchObject({
      work: {
        state: 'refused',
        reason: `The CSV could not be fetched: ${csvUrl} answered 404.`,
      },
    });
    expect(await faultsOf(batch, room.deps)).toBeUndefined();
  });

  it('that is busy is asked for again, and not for ever', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, new RetryLaterError(`${csvUrl} answered 503.`));
    await room.start({ csvUrl });
    await expect(room.work.expand(1)).rejects.toThrow(RetryLaterError);
    expect(await room.batch()).toMatchObject({ work: { state: 'expanding' } });

    await room.finish();

    expect(room.fetched).toHaveLength(1 + 4);
    expect(await room.batch()).toMatchObject({
      work: {
        state: 'refused',
        reason: `The CSV could not be fetched: ${csvUrl} answered 503, tried 4 times.`,
      },
    });
  });

  it('that is busy at first is read when it comes', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, new RetryLaterError(`${csvUrl} answered 503.`));
    await room.start({ csvUrl });
    await expect(room.work.expand(1)).rejects.toThrow(RetryLaterError);

    room.serve(csvUrl, many(2));
    await room.finish();

    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('is refused or run the same, wherever its worker was killed', async () => {
    for (const csv of [many(2), 'nonsense']) {
      for (let writes = 0, hasEndedImage = false; !hasEndedImage; writes++) {
        const room = aBatchRoom();
        room.serve(csvUrl, csv);
        await room.start({ csvUrl }, { webhook: true });
        room.life.dieAfter(writes);

        await room.finish();

        expect(await room.batch()).toMatchObject({
          work: { state: csv === 'nonsense' ? 'refused' : 'ended' },
          webhook: { state: 'delivered' },
        });
        hasEndedImage = !room.life.hasDied();
      }
    }
  });

  it('whose store is down for good ends with a reason, and not in silence', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, many(1));
    await room.start({ csvUrl });

    await giveUpExpansion(requestId, { reason: 'Tried 8 times and gave up: S3.' }, room.deps);

    expect(await room.batch()).toMatchObject({
      work: { state: 'refused', reason: 'Tried 8 times and gave up: S3.' },
    });
  });

  it('of which rows are there, though no checkpoint tells of them, is not given up either', async () => {
    const room = aBatchRoom();
    room.serve(csvUrl, many(600));
    await room.start({ csvUrl });
    room.life.dieAfter(3); // the CSV, what is in it, and rows
    await expect(room.work.expand()).rejects.toThrow(Killed);
    room.life.live();
    expect(await room.rows()).toHaveLength(500);

    await giveUpExpansion(requestId, { reason: 'No.' }, room.deps);

    expect(await room.batch()).toMatchObject({
      total: { products: 600, images: 600 },
      work: { state: 'expanding', written: 0 },
    });
  });

  it('of which rows are there already is not given up: the sweep goes on with it', async () => {
    const room = aBatchRoom();
    await room.start(many(600));
    room.life.dieAfter(3);
    await expect(room.work.expand()).rejects.toThrow(Killed);
    room.life.live();

    await giveUpExpansion(requestId, { reason: 'No.' }, room.deps);

    expect(await room.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });
  });
});
