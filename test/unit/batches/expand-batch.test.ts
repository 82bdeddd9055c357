import { describe, expect, it } from 'vitest';
import { batchHarness, requestId, toCsv } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const toUrl = (n: number) => `https://shop.example/${n}.jpg`;
const many = (count: number) => toCsv(...Array.from({ length: count }, (_, n) => [toUrl(n + 1)]));
const rowNumbers = (rows: readonly { number: number }[]) => rows.map(({ number }) => number);
const oneTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('a batch that is expanded', () => {
  it('has a row per product, and a message for every eight of its URLs', async () => {
    const harness = batchHarness();
    const urls = oneTo(20).map(toUrl);
    await harness.start(toCsv(urls, [toUrl(21)]));

    await harness.work.expand();

    expect(await harness.rows()).toMatchObject([
      { number: 1, serialNumber: '1', productName: 'SKU1' },
      { number: 2, serialNumber: '2', images: [{ state: 'pending', inputUrl: toUrl(21) }] },
    ]);
    expect((await harness.rows())[0]?.images.map(({ inputUrl }) => inputUrl)).toEqual(urls);
    expect(harness.waiting.import).toEqual([
      { request_id: requestId, row: 1, from: 0, to: 8 },
      { request_id: requestId, row: 1, from: 8, to: 16 },
      { request_id: requestId, row: 1, from: 16, to: 20 },
      { request_id: requestId, row: 2, from: 0, to: 1 },
    ]);
    expect(await harness.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('that does not exist any more is ignored', async () => {
    const harness = batchHarness();

    await harness.work.expand();

    expect(harness.waiting.import).toEqual([]);
  });

  it('enqueues each row, wherever it was killed', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const harness = batchHarness();
      await harness.start(many(1100));
      harness.worker.killAfter(writes);

      await harness.work.expand().catch(() => harness.worker.restart());
      await harness.work.expand(2);

      expect(rowNumbers(await harness.rows())).toEqual(oneTo(1100));
      const messages = new Set(harness.waiting.import.map(({ row }) => row));
      expect(messages.size).toBe(1100);
      expect(await harness.batch()).toMatchObject({
        work: { state: 'running' },
        total: { products: 1100, images: 1100 },
      });
      hasEndedImage = !harness.worker.wasKilled();
    }
    expect(writes).toBeGreaterThan(3 * 3 + 1); // three chunks of three writes, and the end
  });

  it('enqueues each row, even if only some messages of a chunk were sent', async () => {
    const harness = batchHarness();
    await harness.start(many(700));
    const { import: send } = harness.deps.batchQueues;
    harness.deps.batchQueues.import = async (messages) => {
      await send(messages.slice(0, 30));
      throw new Killed();
    };
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.deps.batchQueues.import = send;

    await harness.work.expand(2);

    expect(new Set(harness.waiting.import.map(({ row }) => row)).size).toBe(700);
  });

  it('hands over to the next message in time, which continues where it stopped', async () => {
    const harness = batchHarness();
    await harness.start(many(1700));
    const { add } = harness.deps.rows;
    harness.deps.rows.add = async (...of) => {
      await add(...of);
      harness.pass(16_000);
    };

    await harness.work.expand();
    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });
    expect(harness.waiting.expand).toHaveLength(2); // one from the start, one from itself
    const written: number[] = [];
    harness.deps.rows.add = async (id, rows) => {
      written.push(...rowNumbers(rows));
      await add(id, rows);
    };
    await harness.work.expand();

    expect(written).toEqual(oneTo(1700).slice(500));
    expect(await harness.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('enqueues only the last chunk once more when it resumes', async () => {
    const harness = batchHarness();
    await harness.start(many(1700));
    harness.worker.killAfter(3 + 3 + 2); // two chunks, and the checkpoint of the third
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.restart();
    harness.waiting.import.length = 0;

    await harness.work.expand(2);

    expect(harness.waiting.import.map(({ row }) => row)).toEqual(oneTo(1700).slice(1000));
  });

  it('by two workers at once has each row once, and runs', async () => {
    const harness = batchHarness();
    await harness.start(many(1200));

    await Promise.all([harness.work.expand(), harness.work.expand(), harness.work.expand()]);

    expect(rowNumbers(await harness.rows())).toEqual(oneTo(1200));
    expect(await harness.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('by a slow worker is not started again after another has finished it', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([toUrl(1)]));
    const { import: send } = harness.deps.batchQueues;
    harness.deps.batchQueues.import = async () => {
      harness.deps.batchQueues.import = send;
      await harness.finish(); // with the message from the start
    };

    await harness.work.expand();

    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('late, when its rows have ended already, is not started again', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([toUrl(1)]));
    await harness.finish();
    const before = { batch: await harness.batch(), rows: await harness.rows() };

    await harness.work.expand();
    await harness.finish();

    expect({ batch: await harness.batch(), rows: await harness.rows() }).toEqual(before);
    expect(harness.fetched).toHaveLength(1);
  });

  it('closes where all rows ended before its last checkpoint', async () => {
    const harness = batchHarness();
    await harness.start(toCsv([toUrl(1)]));
    harness.worker.killAfter(3); // the row, the checkpoint, the message
    await expect(harness.work.expand()).rejects.toThrow(Killed);
    harness.worker.restart();
    harness.waiting.expand.length = 0;
    await harness.finish();
    expect(await harness.counts()).toMatchObject({ products: 1 });
    expect(await harness.batch()).toMatchObject({ work: { state: 'expanding' } });

    await harness.work.expand(2);
    await harness.finish();

    expect(await harness.batch()).toMatchObject({ work: { state: 'ended' } });
  });
});
