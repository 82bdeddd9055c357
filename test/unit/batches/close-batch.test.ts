import { describe, expect, it } from 'vitest';
import { failedRowsKey, resultsKey } from '#lib/batches/batch.ts';
import { findResults } from '#lib/batches/find-results.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';

/** A batch that is waiting to be closed: every row has ended. */
const dueRoom = async ({ webhook = true } = {}) => {
  const room = aBatchRoom();
  room.serve(b, { refused: 'No.' });
  await room.start(csvOf([a], [b]), { webhook });
  await room.work.expand();
  room.waiting.expand.length = 0;
  for (const message of room.waiting.import.splice(0)) await room.work.import(message);
  for (const key of room.incomingObjects.splice(0)) await room.darkroom.register(key);
  await room.darkroom.finish();
  for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
  expect(room.waiting.close.length).toBeGreaterThan(0);
  room.waiting.close.length = 0;
  return room;
};

describe('a batch that is closed', () => {
  it('too early is not closed', async () => {
    const room = aBatchRoom();
    await room.start(csvOf([a]));
    await room.work.close();
    await room.work.expand();
    const before = await room.batch();

    await room.work.close();

    expect(await room.batch()).toEqual(before);
    expect(room.darkroom.deps.derived.keys()).not.toContain(resultsKey(requestId));
    expect(() => findResults(before, { onlyErrors: false })).toThrow(/not finished yet/);
  });

  it('while its rows are being written is not closed, though all that are there have ended', async () => {
    const room = aBatchRoom();
    room.serve(a, { refused: 'No.' });
    await room.start(csvOf([a]));
    room.life.dieAfter(3); // the row, the checkpoint, the message
    await room.work.expand().catch(() => room.life.live());
    for (const message of room.waiting.import.splice(0)) await room.work.import(message);

    await room.work.close();

    expect(await room.batch()).toMatchObject({ work: { state: 'expanding' } });
  });

  it('that nobody knows is nothing', async () => {
    await expect(aBatchRoom().work.close()).resolves.toBeUndefined();
  });

  it('writes its results once, and tells its webhook once, though it is asked three times', async () => {
    const room = await dueRoom();
    const written: string[] = [];
    const { write } = room.deps.derived;
    room.deps.derived.write = async (key, ...rest) => {
      written.push(key);
      return write(key, ...rest);
    };

    for (let n = 0; n < 3; n++) await room.work.close();
    const ended = await room.batch();
    await room.finish();

    expect(written).toEqual([resultsKey(requestId), failedRowsKey(requestId)]);
    expect(ended.work).toMatchObject({ counts: { products: 2, images: 2, failed: 1 } });
    expect((await room.batch()).work).toEqual(ended.work);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(findResults(ended, { onlyErrors: false })).toBe(resultsKey(requestId));
    expect(findResults(ended, { onlyErrors: true })).toBe(failedRowsKey(requestId));
  });

  it('by three at once ends once', async () => {
    const room = await dueRoom();

    await Promise.all([room.work.close(), room.work.close(), room.work.close()]);
    await room.finish();

    expect(await room.batch()).toMatchObject({
      work: { state: 'ended', counts: { products: 2, images: 2, failed: 1 } },
      webhook: { state: 'delivered' },
    });
    expect(room.receiver.deliveries).toHaveLength(1);
  });

  it('by a slow one, when another has finished, stays as it ended', async () => {
    const room = await dueRoom();
    const { write } = room.deps.derived;
    let ended: unknown;
    room.deps.derived.write = async (...of) => {
      room.deps.derived.write = write;
      await room.work.close();
      await room.finish();
      ended = await room.batch();
      return write(...of);
    };

    await room.work.close();

    expect(ended).toMatchObject({ work: { state: 'ended' }, webhook: { state: 'delivered' } });
    expect(await room.batch()).toEqual(ended);
  });

  it('ends with the same results, wherever it was killed', async () => {
    const unharmed = await dueRoom();
    await unharmed.finish();
    await unharmed.work.close();
    const expected = await unharmed.file(resultsKey(requestId));

    let writes = 0;
    for (let hasEndedImage = false; !hasEndedImage; writes++) {
      const room = await dueRoom();
      room.life.dieAfter(writes);

      await room.work.close().catch(() => {});
      room.life.live();
      await room.work.close();
      await room.finish();

      expect(await room.file(resultsKey(requestId))).toBe(expected);
      expect(await room.batch()).toMatchObject({
        work: { state: 'ended' },
        webhook: { state: 'delivered', attempts: [{ status: 204 }] },
      });
      expect(room.receiver.deliveries).toHaveLength(1);
      hasEndedImage = !room.life.hasDied();
    }
    // closing, two files, ended, the webhook's turn, its message
    expect(writes).toBeGreaterThan(6);
  });

  it('without a webhook tells nobody', async () => {
    const room = await dueRoom({ webhook: false });

    await room.work.close();
    await room.finish();

    expect(room.receiver.deliveries).toEqual([]);
    expect(await room.batch()).not.toHaveProperty('webhook');
  });
});
