import { describe, expect, it } from 'vitest';
import { giveUpOnRow } from '#lib/batches/import-row.ts';
import type { ImportMessage } from '#lib/batches/messages.ts';
import { rowImageId, rowImageKey } from '#lib/batches/row.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aBatchRoom, csvOf, requestId } from '#test/support/batch-harness.ts';
import { Killed } from '#test/support/killable-process.ts';

const a = 'https://shop.example/photos/a.jpg';
const b = 'https://shop.example/photos/b.jpg';
const c = 'https://shop.example/photos/c.jpg';

/** A batch of one row, whose message a test delivers. */
const roomWith = async (...urls: string[]) => {
  const room = aBatchRoom();
  await room.start(csvOf(urls));
  await room.work.expand();
  room.waiting.expand.length = 0;
  const message: ImportMessage = { request_id: requestId, row: 1, from: 0, to: urls.length };
  const images = async () => (await room.rows())[0]?.images;
  return { ...room, message, images };
};
const placeOf = (index: number) => ({ requestId, number: 1, index });

describe('the URLs of a row', () => {
  it('are brought to the one door, under keys that say whose they are', async () => {
    const room = await roomWith(a, b);

    await room.work.import(room.message);

    expect(await room.images()).toMatchObject([{ state: 'fetched' }, { state: 'fetched' }]);
    expect(room.darkroom.deps.originals.keys()).toEqual([
      `batches/${requestId}/1-1/a.jpg`,
      `batches/${requestId}/1-2/b.jpg`,
    ]);
    const head = await room.darkroom.deps.originals.head(rowImageKey(placeOf(0), a));
    expect(head).toMatchObject({
      contentType: 'image/jpeg',
      userMetadata: { name: 'a.jpg', 'request-id': requestId },
    });
    expect(await room.counts()).toEqual({ products: 0, images: 0, failed: 0 });
    await room.finish();
    const image = await room.darkroom.image(rowImageId(placeOf(1), b));
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
    async (_, contentType, kept) => {
      const room = await roomWith(a);
      room.deps.fetchPicture = async (url) => ({
        ok: true,
        bytes: Buffer.from('a picture'),
        contentType,
        finalUrl: url,
      });

      await room.work.import(room.message);

      const head = await room.darkroom.deps.originals.head(rowImageKey(placeOf(0), a));
      expect(head?.contentType).toBe(kept);
    },
  );

  it('twice in one row are two images', async () => {
    const room = await roomWith(a, a);

    await room.finish();

    expect(await room.images()).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
    expect(await room.darkroom.deps.images.counts()).toMatchObject({ total: 2, done: 2 });
  });

  it('that will never come have their reason at once; the others come all the same', async () => {
    const room = await roomWith(a, b, c);
    room.serve(b, { refused: `${b} answered 404.` });

    await room.work.import(room.message);

    expect(await room.images()).toEqual([
      { state: 'fetched', inputUrl: a },
      { state: 'failed', inputUrl: b, reason: `${b} answered 404.`, fetched: false },
      { state: 'fetched', inputUrl: c },
    ]);
    expect(await room.counts()).toEqual({ products: 0, images: 1, failed: 1 });
  });

  it('that have all failed end the batch', async () => {
    const room = await roomWith(a);
    room.serve(a, { refused: 'No.' });

    await room.work.import(room.message);

    expect(room.waiting.close).toEqual([{ request_id: requestId }]);
  });

  it('of another message are left to it', async () => {
    const room = await roomWith(a, b, c);

    await room.work.import({ ...room.message, from: 1, to: 2 });

    expect(room.fetched).toEqual([b]);
  });

  it('are fetched once, however often the message comes', async () => {
    const room = await roomWith(a, b);
    room.serve(b, { refused: 'No.' });

    for (const attempts of [1, 2, 3]) await room.work.import(room.message, attempts);
    await room.finish();
    await room.work.import(room.message, 4);

    expect(room.fetched).toEqual([a, b]);
    expect(await room.counts()).toEqual({ products: 1, images: 2, failed: 1 });
  });

  it('of a row that nobody knows are not fetched', async () => {
    const room = await roomWith(a);

    await room.work.import({ ...room.message, row: 2 });

    expect(room.fetched).toEqual([]);
  });
});

describe('a busy URL', () => {
  it('brings its message back, and holds nobody back', async () => {
    const room = await roomWith(a, b, c);
    room.serve(b, new RetryLaterError(`${b} answered 503.`, 7));

    await expect(room.work.import(room.message)).rejects.toMatchObject({ retryAfterSeconds: 7 });

    expect(await room.images()).toMatchObject([
      { state: 'fetched' },
      { state: 'pending' },
      { state: 'fetched' },
    ]);
    room.serve(b, 'a picture at last');
    await room.work.import(room.message, 2);
    expect(room.fetched).toEqual([a, b, c, b]);
    expect(await room.images()).toMatchObject([{}, { state: 'fetched' }, {}]);
  });

  it('is refused with its reason the fourth time', async () => {
    const room = await roomWith(a, b);
    room.serve(b, new RetryLaterError(`${b} answered 503.`));
    for (const attempts of [1, 2, 3])
      await expect(room.work.import(room.message, attempts)).rejects.toThrow(RetryLaterError);

    await room.work.import(room.message, 4);

    expect(await room.images()).toMatchObject([
      { state: 'fetched' },
      { state: 'failed', reason: `${b} answered 503, tried 4 times.`, fetched: false },
    ]);
    await room.finish();
    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('is not confused with a fault of our own, which says nothing about the URL', async () => {
    const room = await roomWith(a);
    const { fetchPicture } = room.deps;
    room.deps.fetchPicture = () => Promise.reject(new TypeError('It is not a function.'));
    await expect(room.work.import(room.message, 4)).rejects.toThrow(TypeError);

    room.deps.fetchPicture = fetchPicture;
    room.deps.originals.write = () => Promise.reject(new Error('S3 is down.'));
    await expect(room.work.import(room.message, 4)).rejects.toThrow('S3 is down.');

    expect(await room.images()).toMatchObject([{ state: 'pending' }]);
  });
});

describe('an import that is killed', () => {
  it('after the picture was written does not need to fetch what has arrived', async () => {
    const room = await roomWith(a);
    room.life.dieAfter(1); // the object, not the note
    await expect(room.work.import(room.message)).rejects.toThrow(Killed);
    room.life.live();
    expect(await room.images()).toMatchObject([{ state: 'pending' }]);
    await room.darkroom.register(room.incomingObjects.shift() ?? '');

    await room.work.import(room.message, 2);

    expect(room.fetched).toEqual([a]);
    expect(await room.images()).toMatchObject([{ state: 'fetched' }]);
  });

  it('before anybody saw the picture arrive writes the same object again', async () => {
    const room = await roomWith(a);
    room.life.dieAfter(1);
    await expect(room.work.import(room.message)).rejects.toThrow(Killed);
    room.life.live();

    await room.work.import(room.message, 2);
    await room.finish();

    expect(room.darkroom.deps.originals.keys()).toHaveLength(1);
    expect(await room.darkroom.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
    expect(await room.counts()).toEqual({ products: 1, images: 1, failed: 0 });
  });

  it('while its image ended finds the outcome', async () => {
    const room = await roomWith(a);
    room.life.dieAfter(1);
    await expect(room.work.import(room.message)).rejects.toThrow(Killed);
    room.life.live();
    await room.darkroom.register(room.incomingObjects.shift() ?? '');
    await room.darkroom.finish();
    room.outcomes.length = 0; // that message is lost

    await room.work.import(room.message, 2);

    expect(await room.images()).toMatchObject([{ state: 'completed' }]);
    expect(room.waiting.close).toHaveLength(1);
  });

  it('after the last note tells that the batch can be closed', async () => {
    const room = await roomWith(a);
    room.serve(a, { refused: 'No.' });
    room.life.dieAfter(1); // the note
    await expect(room.work.import(room.message)).rejects.toThrow(Killed);
    room.life.live();
    expect(room.waiting.close).toEqual([]);

    await room.work.import(room.message, 2);

    expect(room.waiting.close).toHaveLength(1);
  });
});

describe('an import that is given up', () => {
  const last = { reason: 'Tried 8 times and gave up: S3 is down.' };

  it('notes the reason for what never came, and leaves alone what did', async () => {
    const room = await roomWith(a, b, c);
    room.serve(b, new RetryLaterError('busy'));
    room.serve(c, { refused: 'No.' });
    await expect(room.work.import(room.message)).rejects.toThrow();

    await giveUpOnRow(room.message, last, room.deps);
    await giveUpOnRow(room.message, last, room.deps);

    expect(await room.images()).toEqual([
      { state: 'fetched', inputUrl: a },
      { state: 'failed', inputUrl: b, reason: last.reason, fetched: false },
      { state: 'failed', inputUrl: c, reason: 'No.', fetched: false },
    ]);
    expect(await room.counts()).toEqual({ products: 0, images: 2, failed: 2 });
    await room.finish();
    expect(await room.counts()).toEqual({ products: 1, images: 3, failed: 2 });
    expect(await room.batch()).toMatchObject({ work: { state: 'ended' } });
  });

  it('leaves to its own news a picture that is there although nobody noted it', async () => {
    const room = await roomWith(a);
    room.life.dieAfter(1);
    await expect(room.work.import(room.message)).rejects.toThrow(Killed);
    room.life.live();
    await room.darkroom.register(room.incomingObjects.shift() ?? '');

    await giveUpOnRow(room.message, last, room.deps);

    expect(await room.images()).toMatchObject([{ state: 'pending' }]);
    await room.finish();
    expect(await room.images()).toMatchObject([{ state: 'completed' }]);
  });
});
