import { describe, expect, it } from 'vitest';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { requestId } from '#test/support/batch-harness.ts';
import { a, b, c, importHarness } from './import-harness.ts';

const rowPlace = (index: number) => ({ requestId, number: 1, index });

describe('the URLs of a row', () => {
  it('are fetched into the originals, under keys that name their row', async () => {
    const harness = await importHarness(a, b);

    await harness.work.import(harness.message);

    expect(await harness.images()).toMatchObject([{ state: 'fetched' }, { state: 'fetched' }]);
    expect(harness.app.deps.originals.keys()).toEqual([
      `batches/${requestId}/1-1/a.jpg`,
      `batches/${requestId}/1-2/b.jpg`,
    ]);
    const head = await harness.app.deps.originals.head(rowImageKey(rowPlace(0), a));
    expect(head).toMatchObject({
      contentType: 'image/jpeg',
      userMetadata: { name: 'a.jpg', 'request-id': requestId },
    });
    expect(await harness.counts()).toEqual({ products: 0, images: 0, failed: 0 });
    await harness.finish();
    const image = await harness.app.image(rowImageId(rowPlace(1), b));
    expect(image).toMatchObject({ source: 'batch', originalName: 'b.jpg', requestId });
    expect(image.renditionSet?.renditions.map(({ name }) => name)).toContain('optimized');
  });

  it.each([
    ['a type alone', 'image/jpeg', 'image/jpeg'],
    ['parameters', ' image/png ; charset=utf-8', 'image/png'],
    ['what browsers would run', 'image/svg+xml', 'application/octet-stream'],
    ['a web page', 'text/html', 'application/octet-stream'],
    ['Latin-1', 'image/jpeg; name="f\u00fcr.jpg"', 'image/jpeg'],
    ['a tab', 'image/jpeg\t;x', 'image/jpeg'],
    ['kilobytes', `image/jpeg;${'x'.repeat(9000)}`, 'image/jpeg'],
    ['a type in Latin-1', '\u00ffimage/jpeg', 'application/octet-stream'],
    ['an endless type', `image/${'x'.repeat(9000)}`, 'application/octet-stream'],
    ['half a type', 'image', 'application/octet-stream'],
    ['no text', '', 'application/octet-stream'],
    ['nothing', undefined, 'application/octet-stream'],
  ])(
    'are stored with the type that their server names if that is safe, of %s',
    async (_, contentType, stored) => {
      const harness = await importHarness(a);
      harness.deps.fetchPicture = async (url) => ({
        ok: true,
        bytes: Buffer.from('a picture'),
        contentType,
        finalUrl: url,
      });

      await harness.work.import(harness.message);

      const head = await harness.app.deps.originals.head(rowImageKey(rowPlace(0), a));
      expect(head?.contentType).toBe(stored);
    },
  );

  it('twice in one row are two images', async () => {
    const harness = await importHarness(a, a);

    await harness.finish();

    expect(await harness.images()).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
    expect(await harness.app.deps.images.counts()).toMatchObject({ total: 2, done: 2 });
  });

  it('that cannot be fetched get their reason at once; the others are imported all the same', async () => {
    const harness = await importHarness(a, b, c);
    harness.serve(b, { refused: `${b} answered 404.` });

    await harness.work.import(harness.message);

    expect(await harness.images()).toEqual([
      { state: 'fetched', inputUrl: a },
      {
        state: 'failed',
        inputUrl: b,
        code: 'not_fetched',
        reason: `${b} answered 404.`,
        fetched: false,
      },
      { state: 'fetched', inputUrl: c },
    ]);
    expect(await harness.counts()).toEqual({ products: 0, images: 1, failed: 1 });
  });

  it('that have all failed end the batch', async () => {
    const harness = await importHarness(a);
    harness.serve(a, { refused: 'No.' });

    await harness.work.import(harness.message);

    expect(harness.waiting.close).toEqual([{ request_id: requestId }]);
  });

  it('that belong to another message are not fetched by this one', async () => {
    const harness = await importHarness(a, b, c);

    await harness.work.import({ ...harness.message, from: 1, to: 2 });

    expect(harness.fetched).toEqual([b]);
  });

  it('are fetched once, however often the message is delivered', async () => {
    const harness = await importHarness(a, b);
    harness.serve(b, { refused: 'No.' });

    for (const attempts of [1, 2, 3]) await harness.work.import(harness.message, attempts);
    await harness.finish();
    await harness.work.import(harness.message, 4);

    expect(harness.fetched).toEqual([a, b]);
    expect(await harness.counts()).toEqual({ products: 1, images: 2, failed: 1 });
  });

  it('of a row that does not exist are not fetched', async () => {
    const harness = await importHarness(a);

    await harness.work.import({ ...harness.message, row: 2 });

    expect(harness.fetched).toEqual([]);
  });
});

describe('a busy URL', () => {
  it('has its message retried, and does not delay others', async () => {
    const harness = await importHarness(a, b, c);
    harness.serve(b, new RetryLaterError(`${b} answered 503.`, 7));

    await expect(harness.work.import(harness.message)).rejects.toMatchObject({
      retryAfterSeconds: 7,
    });

    expect(await harness.images()).toMatchObject([
      { state: 'fetched' },
      { state: 'pending' },
      { state: 'fetched' },
    ]);
    harness.serve(b, 'a picture at last');
    await harness.work.import(harness.message, 2);
    expect(harness.fetched).toEqual([a, b, c, b]);
    expect(await harness.images()).toMatchObject([{}, { state: 'fetched' }, {}]);
  });

  it('fails with its reason at the fourth attempt', async () => {
    const harness = await importHarness(a, b);
    harness.serve(b, new RetryLaterError(`${b} answered 503.`));
    for (const attempts of [1, 2, 3])
      await expect(harness.work.import(harness.message, attempts)).rejects.toThrow(RetryLaterError);

    await harness.work.import(harness.message, 4);

    expect(await harness.images()).toMatchObject([
      { state: 'fetched' },
      { state: 'failed', reason: `${b} answered 503, tried 4 times.`, fetched: false },
    ]);
    await harness.finish();
    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('is not confused with an error of our own, which says nothing about the URL', async () => {
    const harness = await importHarness(a);
    const { fetchPicture } = harness.deps;
    harness.deps.fetchPicture = () => Promise.reject(new TypeError('It is not a function.'));
    await expect(harness.work.import(harness.message, 4)).rejects.toThrow(TypeError);

    harness.deps.fetchPicture = fetchPicture;
    harness.deps.originals.write = () => Promise.reject(new Error('S3 is down.'));
    await expect(harness.work.import(harness.message, 4)).rejects.toThrow('S3 is down.');

    expect(await harness.images()).toMatchObject([{ state: 'pending' }]);
  });
});
