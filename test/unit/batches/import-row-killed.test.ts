import { describe, expect, it } from 'vitest';
import { giveUpOnRow } from '#lib/batches/import-row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { Killed } from '#test/support/killable-process.ts';
import { a, b, c, importHarness } from './import-harness.ts';

describe('an import that is killed', () => {
  it('after the picture was registered does not fetch it again', async () => {
    const harness = await importHarness(a);
    harness.worker.killAfter(1); // the object, not its record
    await expect(harness.work.import(harness.message)).rejects.toThrow(Killed);
    harness.worker.restart();
    expect(await harness.images()).toMatchObject([{ state: 'pending' }]);
    await harness.app.register(harness.incomingObjects.shift() ?? '');

    await harness.work.import(harness.message, 2);

    expect(harness.fetched).toEqual([a]);
    expect(await harness.images()).toMatchObject([{ state: 'fetched' }]);
  });

  it('before the picture was registered writes the same object again', async () => {
    const harness = await importHarness(a);
    harness.worker.killAfter(1);
    await expect(harness.work.import(harness.message)).rejects.toThrow(Killed);
    harness.worker.restart();

    await harness.work.import(harness.message, 2);
    await harness.finish();

    expect(harness.app.deps.originals.keys()).toHaveLength(1);
    expect(await harness.app.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
    expect(await harness.counts()).toEqual({ products: 1, images: 1, failed: 0 });
  });

  it('while its image ended finds the outcome', async () => {
    const harness = await importHarness(a);
    harness.worker.killAfter(1);
    await expect(harness.work.import(harness.message)).rejects.toThrow(Killed);
    harness.worker.restart();
    await harness.app.register(harness.incomingObjects.shift() ?? '');
    await harness.app.finish();
    harness.outcomes.length = 0; // that message is lost

    await harness.work.import(harness.message, 2);

    expect(await harness.images()).toMatchObject([{ state: 'completed' }]);
    expect(harness.waiting.close).toHaveLength(1);
  });

  it('after the last outcome was recorded enqueues the close of the batch', async () => {
    const harness = await importHarness(a);
    harness.serve(a, { refused: 'No.' });
    harness.worker.killAfter(1); // the record
    await expect(harness.work.import(harness.message)).rejects.toThrow(Killed);
    harness.worker.restart();
    expect(harness.waiting.close).toEqual([]);

    await harness.work.import(harness.message, 2);

    expect(harness.waiting.close).toHaveLength(1);
  });
});

describe('an import that is given up', () => {
  const last = { reason: 'Tried 8 times and gave up: S3 is down.' };

  it('records the reason for what was not fetched, and leaves the rest', async () => {
    const harness = await importHarness(a, b, c);
    harness.serve(b, new RetryLaterError('busy'));
    harness.serve(c, { refused: 'No.' });
    await expect(harness.work.import(harness.message)).rejects.toThrow();

    await giveUpOnRow(harness.message, last, harness.deps);
    await giveUpOnRow(harness.message, last, harness.deps);

    expect(await harness.images()).toEqual([
      { state: 'fetched', inputUrl: a },
      {
        state: 'failed',
        inputUrl: b,
        code: 'retries_exhausted',
        reason: last.reason,
        fetched: false,
      },
      { state: 'failed', inputUrl: c, code: 'not_fetched', reason: 'No.', fetched: false },
    ]);
    expect(await harness.counts()).toEqual({ products: 0, images: 2, failed: 2 });
    await harness.finish();
    expect(await harness.counts()).toEqual({ products: 1, images: 3, failed: 2 });
    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('leaves a picture that was stored but not recorded to its own S3 event', async () => {
    const harness = await importHarness(a);
    harness.worker.killAfter(1);
    await expect(harness.work.import(harness.message)).rejects.toThrow(Killed);
    harness.worker.restart();
    await harness.app.register(harness.incomingObjects.shift() ?? '');

    await giveUpOnRow(harness.message, last, harness.deps);

    expect(await harness.images()).toMatchObject([{ state: 'pending' }]);
    await harness.finish();
    expect(await harness.images()).toMatchObject([{ state: 'completed' }]);
  });
});
