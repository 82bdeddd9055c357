import { describe, expect, it } from 'vitest';
import { batchStatusOf } from '#lib/batches/batch.ts';
import { imageKeyOf, rowImageIdOf } from '#lib/batches/row.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/a-batch-room.ts';

const a = 'https://shop.example/a.jpg';
const b = 'https://shop.example/b.jpg';
const place = { requestId, number: 1, index: 0 };
const nothing = { askedAgain: 0, gaveUp: 0 };
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
  for (const key of room.arrivals.splice(0)) await room.darkroom.register(key);
  if (to === 'arrived') return room;
  await room.darkroom.finish();
  return room;
};

/** The queues lose all that they hold, and everybody sleeps. */
const loseAll = (room: ReturnType<typeof aBatchRoom>) => {
  const { expand, import: imports, close, webhook } = room.waiting;
  for (const queue of [expand, imports, close, webhook, room.arrivals, room.outcomes])
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

      expect(batchStatusOf(await room.batch())).toBe('completed');
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

    expect(batchStatusOf(await room.batch())).toBe('completed');
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

    expect(await room.sweep()).toEqual(nothing);
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

    expect(await room.sweep()).toEqual(nothing);

    expect(room.waiting.import).toEqual([]);
  });

  it('touches nothing that is old, but moved a moment ago', async () => {
    const room = await roomAt('started');
    room.pass(3_600_000);
    await room.work.expand();
    for (const queue of [room.waiting.expand, room.waiting.import]) queue.length = 0;

    expect(await room.sweep()).toEqual(nothing);

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

      expect(await room.sweep()).toEqual(nothing);

      expect(await room.batch()).toEqual(before);
      expect(room.waiting.import).toHaveLength(worker === 'import' ? 1 : 0);
    },
  );

  it('believes a queue to be empty only if it says so twice', async () => {
    const room = await roomAt('asked');
    loseAll(room);
    room.deps.pause = async () =>
      void room.waiting.import.push({ request_id: requestId, row: 1, from: 0, to: 1 });

    expect(await room.sweep()).toEqual(nothing);
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
    expect(await room.sweep()).toEqual(nothing); // it was asked only just now
    loseAll(room);

    expect(await room.sweep()).toEqual({ askedAgain: 0, gaveUp: 1 });
    await room.finish();

    expect(batchStatusOf(await room.batch())).toBe('failed');
    expect((await room.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'No worker fetched it, although it was asked twice.' },
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

    expect(batchStatusOf(await room.batch())).toBe('completed');
  });

  it('learns of an image that was deleted when nobody told', async () => {
    const room = await roomAt('arrived');
    await room.darkroom.remove(rowImageIdOf(place, a));
    loseAll(room); // killed before the row was told

    await room.sweep();
    await room.finish();

    expect((await room.rows())[0]?.images).toMatchObject([
      { state: 'failed', reason: 'The image was deleted.' },
    ]);
    expect(batchStatusOf(await room.batch())).toBe('failed');
  });

  it('leaves a batch alone that has ended', async () => {
    const room = await roomAt('done');
    await room.finish();
    const before = await room.batch();
    room.pass(awhile);

    expect(await room.sweep()).toEqual(nothing);

    expect(await room.batch()).toEqual(before);
    expect(room.receiver.deliveries).toHaveLength(1);
    expect(imageKeyOf(place, a)).toBe(room.darkroom.deps.originals.keys()[0]);
  });
});
