import { describe, expect, it } from 'vitest';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const urlOf = (n: number) => `https://shop.example/${n}.jpg`;
const many = (count: number) => csvOf(...Array.from({ length: count }, (_, n) => [urlOf(n + 1)]));
const numbersOf = (rows: readonly { number: number }[]) => rows.map(({ number }) => number);
const oneTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

describe('a batch that is expanded', () => {
  it('has a row per product, and a message for every eight of its URLs', async () => {
    const room = aBatchRoom();
    const urls = oneTo(20).map(urlOf);
    await room.start(csvOf(urls, [urlOf(21)]));

    await room.work.expand();

    expect(await room.rows()).toMatchObject([
      { number: 1, serialNumber: '1', productName: 'SKU1' },
      { number: 2, serialNumber: '2', images: [{ state: 'pending', inputUrl: urlOf(21) }] },
    ]);
    expect((await room.rows())[0]?.images.map(({ inputUrl }) => inputUrl)).toEqual(urls);
    expect(room.waiting.import).toEqual([
      { request_id: requestId, row: 1, from: 0, to: 8 },
      { request_id: requestId, row: 1, from: 8, to: 16 },
      { request_id: requestId, row: 1, from: 16, to: 20 },
      { request_id: requestId, row: 2, from: 0, to: 1 },
    ]);
    expect(await room.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('of which there is nothing any more is left alone', async () => {
    const room = aBatchRoom();

    await room.work.expand();

    expect(room.waiting.import).toEqual([]);
  });

  it('asks for each row, wherever it was killed', async () => {
    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const room = aBatchRoom();
      await room.start(many(1100));
      room.life.dieAfter(writes);

      await room.work.expand().catch(() => room.life.live());
      await room.work.expand(2);

      expect(numbersOf(await room.rows())).toEqual(oneTo(1100));
      const asked = new Set(room.waiting.import.map(({ row }) => row));
      expect(asked.size).toBe(1100);
      expect(await room.batch()).toMatchObject({
        work: { state: 'running' },
        total: { products: 1100, images: 1100 },
      });
      hasEndedImage = !room.life.hasDied();
    }
    expect(writes).toBeGreaterThan(3 * 3 + 1); // three chunks of three writes, and the end
  });

  it('asks for each row, also where the messages of a chunk were sent in part', async () => {
    const room = aBatchRoom();
    await room.start(many(700));
    const { import: send } = room.deps.batchQueues;
    room.deps.batchQueues.import = async (messages) => {
      await send(messages.slice(0, 30));
      throw new Killed();
    };
    await expect(room.work.expand()).rejects.toThrow(Killed);
    room.deps.batchQueues.import = send;

    await room.work.expand(2);

    expect(new Set(room.waiting.import.map(({ row }) => row)).size).toBe(700);
  });

  it('hands over when time is short, and goes on from where it stopped', async () => {
    const room = aBatchRoom();
    await room.start(many(1700));
    const { add } = room.deps.rows;
    room.deps.rows.add = async (...of) => {
      await add(...of);
      room.pass(16_000);
    };

    await room.work.expand();
    expect(await room.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });
    expect(room.waiting.expand).toHaveLength(2); // one from the start, one from itself
    const written: number[] = [];
    room.deps.rows.add = async (id, rows) => {
      written.push(...numbersOf(rows));
      await add(id, rows);
    };
    await room.work.expand();

    expect(written).toEqual(oneTo(1700).slice(500));
    expect(await room.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('is only asked once more for the last chunk when it goes on, not for all before', async () => {
    const room = aBatchRoom();
    await room.start(many(1700));
    room.life.dieAfter(3 + 3 + 2); // two chunks, and the checkpoint of the third
    await expect(room.work.expand()).rejects.toThrow(Killed);
    room.life.live();
    room.waiting.import.length = 0;

    await room.work.expand(2);

    expect(room.waiting.import.map(({ row }) => row)).toEqual(oneTo(1700).slice(1000));
  });

  it('by two at once has each row once, and runs', async () => {
    const room = aBatchRoom();
    await room.start(many(1200));

    await Promise.all([room.work.expand(), room.work.expand(), room.work.expand()]);

    expect(numbersOf(await room.rows())).toEqual(oneTo(1200));
    expect(await room.batch()).toMatchObject({ work: { state: 'running' } });
  });

  it('by a slow one is not begun again that another has long finished', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([urlOf(1)]));
    const { import: send } = room.deps.batchQueues;
    room.deps.batchQueues.import = async () => {
      room.deps.batchQueues.import = send;
      await room.finish(); // with the message from the start
    };

    await room.work.expand();

    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('late, when its rows have ended already, is not begun again', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([urlOf(1)]));
    await room.finish();
    const before = { batch: await room.batch(), rows: await room.rows() };

    await room.work.expand();
    await room.finish();

    expect({ batch: await room.batch(), rows: await room.rows() }).toEqual(before);
    expect(room.fetched).toHaveLength(1);
  });

  it('closes where all rows ended before it said that they were there', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([urlOf(1)]));
    room.life.dieAfter(3); // the row, the checkpoint, the message
    await expect(room.work.expand()).rejects.toThrow(Killed);
    room.life.live();
    room.waiting.expand.length = 0;
    await room.finish();
    expect(await room.counts()).toMatchObject({ products: 1 });
    expect(await room.batch()).toMatchObject({ work: { state: 'expanding' } });

    await room.work.expand(2);
    await room.finish();

    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });
});
