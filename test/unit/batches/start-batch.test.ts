import { describe, expect, it } from 'vitest';
import { inputKey } from '#lib/batches/batch.ts';
import { checkCsv } from '#lib/batches/start-batch.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const faulty =
  'S. No.,Product Name,Input Image Urls\n1,SKU1,not a url\n2,,https://s.example/2.jpg\n';

describe('a batch that is started', () => {
  it('keeps its CSV, knows what is in it, and has its rows written in the background', async () => {
    const room = aBatchRoom();

    const started = await room.start(csvOf([a], [a, a]));

    expect(started).toMatchObject({
      batch: {
        requestId,
        csvFilename: 'products.csv',
        total: { products: 2, images: 3 },
        work: { state: 'expanding', written: 0 },
      },
    });
    expect(await room.batch()).toEqual('batch' in started && started.batch);
    expect(await room.file(inputKey(requestId))).toBe(csvOf([a], [a, a]));
    expect(room.waiting.expand).toEqual([{ request_id: requestId }]);
    expect(await room.rows()).toEqual([]);
  });

  it('is not started by a file with faults: each is named and nothing is left behind', async () => {
    const room = aBatchRoom();

    const started = await room.start(faulty);

    expect(started).toEqual({ refused: await checkCsv(Buffer.from(faulty)) });
    expect('refused' in started && started.refused.faults.faults).toMatchObject([
      { row: 2, column: 'Input Image Urls' },
      { row: 2, column: 'Input Image Urls' },
      { row: 2, column: 'Input Image Urls' },
      { row: 3, column: 'Product Name' },
    ]);
    await expect(room.batch()).rejects.toMatchObject({ fault: 'not-found' });
    expect(room.waiting.expand).toEqual([]);
    expect(room.darkroom.deps.derived.keys()).toEqual([]);
  });

  it('does not promise a webhook that nobody could sign', async () => {
    const room = aBatchRoom();
    room.deps.canSign = false;

    await expect(room.start(csvOf([a]), { webhook: true })).rejects.toMatchObject({
      fault: 'conflict',
      message: expect.stringContaining('WEBHOOK_SECRET'),
    });
    await expect(room.batch()).rejects.toMatchObject({ fault: 'not-found' });
    expect(room.waiting.expand).toEqual([]);
    expect(await room.start(csvOf([a]))).toMatchObject({ batch: { requestId } });
  });

  it('of a URL fetches nothing yet, and is named after its file', async () => {
    const room = aBatchRoom();

    const started = await room.start({ csvUrl: 'https://shop.example/export/all.csv?token=1' });

    expect(started).toMatchObject({
      batch: { csvFilename: 'all.csv', csvUrl: 'https://shop.example/export/all.csv?token=1' },
    });
    expect(started).not.toHaveProperty('batch.total');
    expect(room.fetched).toEqual([]);
  });

  it('of a URL without a path has a name all the same', async () => {
    const started = await aBatchRoom().start({ csvUrl: 'https://shop.example' });

    expect(started).toMatchObject({ batch: { csvFilename: 'products.csv' } });
  });

  it('by the same name again is the same batch, and is not begun anew', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([a]), { webhook: true });
    await room.finish();
    const before = await room.batch();

    await room.start(csvOf([a]), { webhook: true });
    await room.finish();

    expect(await room.batch()).toEqual(before);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(room.fetched).toEqual([a]);
  });

  it('is started by a repeat, wherever the first request was killed', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const room = aBatchRoom();
      room.life.dieAfter(writes);

      await room.start(csvOf([a])).catch(() => {});
      room.life.live();
      await room.start(csvOf([a]));
      await room.finish();

      expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
      hasEndedImage = !room.life.hasDied();
    }
    expect(writes).toBe(4); // the CSV, the batch, the message; and once unharmed
  });
});
