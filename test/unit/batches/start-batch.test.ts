import { describe, expect, it } from 'vitest';
import { inputKey } from '#lib/batches/batch.ts';
import { readCsv } from '#lib/batches/csv/read-csv.ts';
import { checkBatch } from '#lib/batches/start-batch.ts';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const faulty =
  'S. No.,Product Name,Input Image Urls\n1,SKU1,not a url\n2,,https://s.example/2.jpg\n';

describe('a batch that is started', () => {
  it('stores its CSV and its totals, and enqueues the writing of its rows', async () => {
    const harness = batchHarness();

    const started = await harness.start(toCsv([a], [a, a]));

    expect(started).toMatchObject({
      batch: {
        requestId,
        csvFilename: 'products.csv',
        total: { products: 2, images: 3 },
        work: { state: 'expanding', written: 0 },
      },
    });
    expect(await harness.batch()).toEqual('batch' in started && started.batch);
    expect(await harness.file(inputKey(requestId))).toBe(toCsv([a], [a, a]));
    expect(harness.waiting.expand).toEqual([{ request_id: requestId }]);
    expect(await harness.rows()).toEqual([]);
  });

  it('is not started by a file with errors: each is listed and nothing is stored', async () => {
    const harness = batchHarness();

    const started = await harness.start(faulty);

    expect(started).toMatchObject({
      ok: false,
      kind: 'csv_errors',
      check: await readCsv([Buffer.from(faulty)]),
    });
    expect(!started.ok && started.check.faults.faults).toMatchObject([
      { row: 2, column: 'Input Image Urls' },
      { row: 2, column: 'Input Image Urls' },
      { row: 2, column: 'Input Image Urls' },
      { row: 3, column: 'Product Name' },
    ]);
    await expect(harness.batch()).rejects.toMatchObject({ code: 'batch_not_found' });
    expect(harness.waiting.expand).toEqual([]);
    expect(harness.app.deps.derived.keys()).toEqual([]);
  });

  it('rejects a webhook that could not be signed', async () => {
    const harness = batchHarness();
    harness.deps.canSign = false;

    await expect(harness.start(toCsv([a]), { webhook: true })).rejects.toMatchObject({
      code: 'webhook_secret_missing',
      message: expect.stringContaining('WEBHOOK_SECRET'),
    });
    await expect(harness.batch()).rejects.toMatchObject({ code: 'batch_not_found' });
    expect(harness.waiting.expand).toEqual([]);
    expect(await harness.start(toCsv([a]))).toMatchObject({ batch: { requestId } });
  });

  it.each([
    'http://10.0.0.7/hook',
    'http://localhost:8080/hook',
    'https://ann:pw@hook.example/',
    'ftp://hook.example/',
  ])('rejects a webhook that could never be delivered: %s', async (webhook) => {
    const harness = batchHarness();

    await expect(harness.start(toCsv([a]), { webhook })).rejects.toMatchObject({
      code: 'invalid_field',
      message: expect.stringMatching(/^The field webhook_url .*\.$/),
      fields: [{ field: 'webhook_url', error: expect.stringMatching(/^[A-Z].*\.$/) }],
    });
    await expect(harness.batch()).rejects.toMatchObject({ code: 'batch_not_found' });
  });

  it.each([
    ['ftp://hook.example/', true, 'invalid_field'],
    ['http://10.0.0.7/hook', true, 'invalid_field'],
    ['https://hook.example/', false, 'webhook_secret_missing'],
  ])('rejects a webhook to %s in a dry run as it does at the start', async (url, canSign, code) => {
    const harness = batchHarness();
    harness.deps.canSign = canSign;
    const csv = toCsv([a]);

    await expect(harness.start(csv, { webhook: url })).rejects.toMatchObject({ code });
    await expect(
      checkBatch({ csv: Buffer.from(csv), webhookUrl: url }, harness.deps),
    ).rejects.toMatchObject({ code });
  });

  it('of a URL fetches nothing yet, and is named after its file', async () => {
    const harness = batchHarness();

    const started = await harness.start({ csvUrl: 'https://shop.example/export/all.csv?token=1' });

    expect(started).toMatchObject({
      batch: { csvFilename: 'all.csv', csvUrl: 'https://shop.example/export/all.csv?token=1' },
    });
    expect(started).not.toHaveProperty('batch.total');
    expect(harness.fetched).toEqual([]);
  });

  it('of a URL without a path has a name all the same', async () => {
    const started = await batchHarness().start({ csvUrl: 'https://shop.example' });

    expect(started).toMatchObject({ batch: { csvFilename: 'products.csv' } });
  });

  it('with the same id again is the same batch, and is not started again', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([a]), { webhook: true });
    await harness.finish();
    const before = await harness.batch();

    await harness.start(toCsv([a]), { webhook: true });
    await harness.finish();

    expect(await harness.batch()).toEqual(before);
    expect(harness.receiver.deliveries).toHaveLength(1);
    expect(harness.fetched).toEqual([a]);
  });

  it('is started by a repeat, wherever the first request was killed', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const harness = batchHarness();
      harness.worker.killAfter(writes);

      await harness.start(toCsv([a])).catch(() => {});
      harness.worker.restart();
      await harness.start(toCsv([a]));
      await harness.finish();

      expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
      hasEndedImage = !harness.worker.wasKilled();
    }
    expect(writes).toBe(4); // the CSV, the batch, the message; and once uninterrupted
  });
});
