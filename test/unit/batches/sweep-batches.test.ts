import { describe, expect, it } from 'vitest';
import { batchStatus, hasEnded, resultsKey } from '#lib/batches/batch.ts';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';
const place = { requestId, number: 1, index: 0 };
const empty = { askedAgain: 0, gaveUp: 0 };
const awhile = 3 * 60_000;

/** A batch of one product that has got as far as `to`. */
const roomAt = async (to: 'started' | 'asked' | 'fetched' | 'arrived' | 'done', urls = [a]) => {
  const room = aBatchRoom();
  await room.start(csvOf(urls), { webhook: true });
  if (to === 'started') return room;
  await room.work.expand();
  room.waiting.expand.length = 0;
  if (to === 'asked') return room;
  for (const message of room.waiting.import.splice(0)) await room.work.import(message);
  if (to === 'fetched') return room;
  for (const key of room.incomingObjects.splice(0)) await room.darkroom.register(key);
  if (to === 'arrived') return room;
  await room.darkroom.finish();
  return room;
};

/** The queues lose all that they hold, and everybody sleeps. */
const loseAll = (room: ReturnType<typeof aBatchRoom>) => {
  const { expand, import: imports, close, webhook } = room.waiting;
  for (const queue of [expand, imports, close, webhook, room.incomingObjects, room.outcomes])
    queue.length = 0;
  room.pass(awhile);
};

describe('the sweep', () => {
  it.each(['started', 'asked', 'fetched', 'arrived', 'done'] as const)(
    'finishes a batch whose messages were lost when it was %s',
    async (to) => {
      const room = await roomAt(to);
      if (to === 'arrived') await room.darkroom.finish(); // images have a sweep of their own
      loseAll(room);

      expect(await room.sweep()).toEqual({ askedAgain: 1, gaveUp: 0 });
      await room.finish();

      expect(batchStatus(await room.batch())).toBe('completed');
      expect(await room.batch()).toMatchObject({ webhook: { state: 'delivered' } });
      expect(await room.darkroom.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
    },
  );

  it('closes a batch that nobody was asked to close', async () => {
    const room = await roomAt('done');
    for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
    loseAll(room);

    await room.sweep();
    await room.finish();

    expect(batchStatus(await room.batch())).toBe('completed');
  });

  it('goes on where closing stopped', async () => {
    const room = await roomAt('done');
    for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
    room.life.dieAfter(2); // closing is said, and one file written
    await room.work.close().catch(() => room.life.live());
    expect(await room.batch()).toMatchObject({ work: { state: 'closing' } });
    loseAll(room);

    await room.sweep();
    await room.finish();

    expect(await room.batch()).toMatchObject({
      work: { state: 'ended' },
      webhook: { state: 'delivered' },
    });
  });

  it.each([
    ['whose turn nobody noted', 4], // closing, two files, ended
    ['whose message was lost', 5],
  ])('delivers a webhook %s when the batch ended', async (_, writes) => {
    const room = await roomAt('done');
    for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
    room.life.dieAfter(writes);
    await room.work.close().catch(() => room.life.live());
    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
    expect(room.waiting.webhook).toEqual([]);
    loseAll(room);

    expect(await room.sweep()).toEqual(empty);
    await room.finish();

    expect(await room.batch()).toMatchObject({ webhook: { state: 'delivered' } });
    expect(room.receiver.deliveries).toHaveLength(1);
  });

  it('leaves alone a webhook that is waiting for its time', async () => {
    const room = await roomAt('done');
    room.receiver.answer = (n) =>
      n > 1
        ? { ok: true, status: 200 }
        : { ok: false, status: 503, error: 'Busy.', retryAfterSeconds: 7200 };
    for (const { key, image_id } of room.outcomes.splice(0)) await room.work.outcome(key, image_id);
    await room.work.close();
    for (const { message } of room.waiting.webhook.splice(0)) await room.work.webhook(message);
    room.waiting.webhook.length = 0; // lost, but that cannot be known yet
    room.pass(3_600_000);

    await room.sweep();
    expect(room.waiting.webhook).toEqual([]);
    room.pass(3_600_000 + awhile);
    await room.sweep();

    expect(room.waiting.webhook).toMatchObject([{ message: { attempt: 1 }, delaySeconds: 0 }]);
  });

  it('touches nothing that is young', async () => {
    const room = await roomAt('asked');
    room.waiting.import.length = 0;

    expect(await room.sweep()).toEqual(empty);

    expect(room.waiting.import).toEqual([]);
  });

  it('touches nothing that is old, but moved a moment ago', async () => {
    const room = await roomAt('started');
    room.pass(3_600_000);
    await room.work.expand();
    for (const queue of [room.waiting.expand, room.waiting.import]) queue.length = 0;

    expect(await room.sweep()).toEqual(empty);

    expect(room.waiting.import).toEqual([]);
  });

  it.each(['expand', 'import', 'close'] as const)(
    'touches nothing while a message waits for %s',
    async (worker) => {
      const room = await roomAt('asked');
      loseAll(room);
      if (worker === 'import')
        room.waiting.import.push({ request_id: 'another', row: 1, from: 0, to: 1 });
      else room.waiting[worker].push({ request_id: 'another' });
      const before = await room.batch();

      expect(await room.sweep()).toEqual(empty);

      expect(await room.batch()).toEqual(before);
      expect(room.waiting.import).toHaveLength(worker === 'import' ? 1 : 0);
    },
  );

  it('believes a queue to be empty only if it says so twice', async () => {
    const room = await roomAt('asked');
    loseAll(room);
    room.deps.pause = async () =>
      void room.waiting.import.push({ request_id: requestId, row: 1, from: 0, to: 1 });

    expect(await room.sweep()).toEqual(empty);
  });

  it('asks once for each message, however many of its URLs are missing', async () => {
    const urls = Array.from({ length: 12 }, (_, n) => `https://shop.example/${n}.jpg`);
    const room = await roomAt('asked', urls);
    loseAll(room);

    await room.sweep();

    expect(room.waiting.import).toMatchObject([
      { row: 1, from: 0, to: 8 },
      { row: 1, from: 8, to: 12 },
    ]);
  });

  it('asks once more, and then notes that nobody came', async () => {
    const room = await roomAt('asked', [a, b]);
    const message = room.waiting.import[0];
    loseAll(room);
    await room.sweep();
    expect(room.waiting.import).toMatchObject([message ?? {}]);
    expect(await room.sweep()).toEqual(empty); // it was asked only just now
    loseAll(room);

    expect(await room.sweep()).toEqual({ askedAgain: 0, gaveUp: 1 });
    await room.finish();

    expect(batchStatus(await room.batch())).toBe('failed');
    expect((await room.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'No worker fetched it, although it was requested twice.' },
      { state: 'failed' },
    ]);
    expect(await room.batch()).toMatchObject({ webhook: { state: 'delivered' } });
  });

  it('gives up also on a picture that was fetched and never arrived', async () => {
    const room = await roomAt('fetched');
    for (const what of ['askedAgain', 'gaveUp']) {
      loseAll(room);
      expect(await room.sweep()).toMatchObject({ [what]: 1 });
    }
    await room.finish();

    expect((await room.rows())[0]?.images).toMatchObject([{ state: 'failed', fetched: false }]);
    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('leaves an image that is being worked on to the images’ own sweep, however long it takes', async () => {
    const room = await roomAt('arrived');
    for (let n = 0; n < 4; n++) {
      loseAll(room);
      await room.sweep();
    }
    expect((await room.rows())[0]?.images).toMatchObject([{ state: 'fetched' }]);

    await room.darkroom.finish();
    await room.finish();

    expect(batchStatus(await room.batch())).toBe('completed');
  });

  it('learns of an image that was deleted when nobody told', async () => {
    const room = await roomAt('arrived');
    await room.darkroom.remove(rowImageId(place, a));
    loseAll(room); // killed before the row was told

    await room.sweep();
    await room.finish();

    expect((await room.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'The image was deleted.' },
    ]);
    expect(batchStatus(await room.batch())).toBe('failed');
  });

  it('gives up a batch whose rows cannot all be written, and ends it with those that are there', async () => {
    const room = aBatchRoom();
    const urlOf = (n: number) => `https://shop.example/${n}.jpg`;
    await room.start(csvOf(...Array.from({ length: 1100 }, (_, n) => [urlOf(n + 1)])), {
      webhook: true,
    });
    room.serve(urlOf(2), { refused: 'No.' });
    const { add } = room.deps.rows;
    room.deps.rows.add = async (id, rows) => {
      // Of the second chunk some are written, and no checkpoint tells of them.
      await add(
        id,
        rows.filter(({ number }) => number <= 700),
      );
      if (rows.some(({ number }) => number > 700)) throw new Killed();
    };
    await room.finish({ times: 2 });
    expect(await room.batch()).toMatchObject({ work: { state: 'expanding', written: 500 } });

    const swept: unknown[] = [];
    for (let n = 0; n < 5 && !hasEnded(await room.batch()); n++) {
      loseAll(room);
      swept.push(await room.sweep());
      await room.finish();
    }

    expect(swept).toEqual([
      { askedAgain: 1, gaveUp: 0 }, // for the CSV to be read on
      { askedAgain: 0, gaveUp: 1 },
      { askedAgain: 1, gaveUp: 0 }, // for the rows that nobody was told of
    ]);
    const batch = await room.batch();
    expect(batch).toMatchObject({
      total: { products: 1100, images: 1100 },
      cut: { written: 700 },
      work: { state: 'ended', counts: { products: 700, images: 700, failed: 1 } },
      webhook: { state: 'delivered' },
    });
    expect(batchStatus(batch)).toBe('completed_with_errors');
    expect(JSON.parse(room.receiver.deliveries[0]?.body ?? '')).toMatchObject({
      status: 'completed_with_errors',
      total_products: 1100,
      processed_products: 700,
      completion_percentage: 63.63,
    });
    expect((await room.file(resultsKey(requestId))).trim().split('\r\n')).toHaveLength(701);
  });

  it('takes a batch for whole whose rows are all there, though nobody could say so', async () => {
    const room = await roomAt('started');
    for (const writes of [2, 0]) {
      room.life.dieAfter(writes); // the row, the checkpoint; the message
      await room.work.expand().catch(() => room.life.live());
      loseAll(room);
      await room.sweep();
    }
    expect(await room.batch()).toMatchObject({ work: { state: 'running' } });
    loseAll(room);
    await room.sweep();
    await room.finish();

    expect(await room.batch()).not.toHaveProperty('cut');
    expect(batchStatus(await room.batch())).toBe('completed');
  });

  it('gives up a batch whose CSV nobody reads', async () => {
    const room = await roomAt('started');
    for (const what of ['askedAgain', 'gaveUp']) {
      loseAll(room);
      expect(await room.sweep()).toMatchObject({ [what]: 1 });
    }
    await room.finish();

    expect(await room.batch()).toMatchObject({
      work: {
        state: 'refused',
        reason: 'No worker could read the CSV to its end, although it was requested twice.',
      },
      webhook: { state: 'delivered' },
    });
  });

  it('asks twice for a CSV that was read on in between', async () => {
    const room = aBatchRoom();
    await room.start(csvOf(...Array.from({ length: 1100 }, () => [a])));
    for (const writes of [3, 3, 3]) {
      loseAll(room);
      expect(await room.sweep()).toEqual({ askedAgain: 1, gaveUp: 0 });
      room.life.dieAfter(writes); // a chunk; its checkpoint; its messages
      await room.work.expand().catch(() => room.life.live());
    }

    loseAll(room);
    expect(await room.sweep()).toEqual({ askedAgain: 1, gaveUp: 0 });
  });

  it('leaves a batch alone that has ended', async () => {
    const room = await roomAt('done');
    await room.finish();
    const before = await room.batch();
    room.pass(awhile);

    expect(await room.sweep()).toEqual(empty);

    expect(await room.batch()).toEqual(before);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(rowImageKey(place, a)).toBe(room.darkroom.deps.originals.keys()[0]);
  });
});
