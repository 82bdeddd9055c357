import { describe, expect, it } from 'vitest';
import { failure } from '#lib/failure.ts';
import type { FetchFile } from '#lib/fetch-file.ts';
import { fetchImage, giveUpFetch } from '#lib/images/fetch-image.ts';
import { failureOf, statusOf } from '#lib/images/image.ts';
import { patchImage } from '#lib/images/patch-image.ts';
import type { Inspect } from '#lib/images/picture.ts';
import { requestFetch } from '#lib/images/request-fetch.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { appHarness } from '#test/support/app-harness.ts';

const url = 'https://shop.example/photos/My%20Boat.jpg?w=200';
const twoMinutes = 2 * 60_000 + 1;

/** The pipeline, and a host whose responses a test chooses. */
const fetchHarness = ({ inspect }: { inspect?: Inspect } = {}) => {
  const app = appHarness();
  const { deps } = app;
  const host: { fetch: FetchFile } = {
    fetch: async (finalUrl) => ({
      ok: true,
      bytes: Buffer.from('a picture'),
      contentType: 'text/html', // what a server claims does not matter
      finalUrl,
    }),
  };
  const workerDeps = {
    ...deps,
    ...(inspect && { inspect }),
    fetchPicture: (text: string) => host.fetch(text),
  };
  const work = (attempts = 1, message = deps.fetchQueue.messages.shift()) =>
    message
      ? fetchImage(message, { attempts }, workerDeps)
      : Promise.reject(new Error('No message.'));
  return {
    ...app,
    host,
    request: (uploadId = 'an-upload') =>
      requestFetch({ uploadId, requestId: 'a-request', url }, deps),
    /** Delivers the oldest message of the queue, or this one. */
    fetch: work,
    giveUp: async () => {
      const message = deps.fetchQueue.messages.shift();
      if (message) await giveUpFetch(message, { reason: 'The table was down.' }, deps);
    },
    originals: () => deps.originals.keys(),
  };
};
const refuses: FetchFile = async () => failure('not_fetched', 'shop.example answered 404.');
const isBusy: FetchFile = async () => {
  throw new RetryLaterError('shop.example answered 503.', 7);
};

describe('an image by URL', () => {
  it('is queued at once, with the name in its URL and no original', async () => {
    const app = fetchHarness();

    const { imageId } = await app.request();

    const image = await app.image(imageId);
    expect(image).toMatchObject({ source: 'url', originalName: 'My Boat.jpg', key: null });
    expect(statusOf(image)).toBe('queued');
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, queued: 1, bytes: 0 });
    expect(app.deps.stepQueues.messages).toEqual([]);
    expect(app.deps.fetchQueue.messages).toHaveLength(1);
  });

  it('is fetched, stored and processed like any other, in its place in the list', async () => {
    const app = fetchHarness();
    const { imageId, listedAt } = await app.request();

    await app.fetch();
    const [key = ''] = app.originals();
    expect(key).toBe('urls/an-upload/My-Boat.jpg');
    await app.register(key);
    await app.finish();

    const image = await app.image(imageId);
    expect(statusOf(image)).toBe('done');
    expect(image).toMatchObject({
      key,
      source: 'url',
      originalName: 'My Boat.jpg',
      listedAt,
      rev: 1,
    });
    expect(image).toMatchObject({ requestId: 'a-request', metadata: { format: 'jpeg' } });
    expect(image.fetching).toBeUndefined();
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1, bytes: 9 });
  });

  it('is the same image, and fetched once, when its request is repeated after a kill', async () => {
    const app = fetchHarness();
    const first = await app.request();
    await app.fetch();

    expect(await app.request()).toMatchObject({ imageId: first.imageId, listedAt: first.listedAt });
    await app.fetch();

    expect(await app.image(first.imageId)).toMatchObject({ rev: 1 });
    expect(await app.deps.images.counts()).toMatchObject({ total: 1 });
  });

  it('is completed by the S3 event where the worker was killed before it could record it', async () => {
    const app = fetchHarness();
    const { imageId, listedAt } = await app.request();
    await app.deps.originals.write('urls/an-upload/My-Boat.jpg', Buffer.from('a picture'), {
      contentType: 'image/jpeg',
      userMetadata: { name: 'My Boat.jpg', 'request-id': 'a-request' },
    });

    await app.register('urls/an-upload/My-Boat.jpg');
    await app.fetch(); // the message is delivered again
    await app.finish();

    const image = await app.image(imageId);
    expect(image).toMatchObject({ source: 'url', originalName: 'My Boat.jpg', listedAt, rev: 1 });
    expect(statusOf(image)).toBe('done');
  });

  it('keeps the caption and the focal point that a person set while it was fetched', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    await patchImage(imageId, { caption: 'Our boat.', focalPoint: { x: 0.5, y: 0.25 } }, app.deps);

    await app.fetch();

    expect(await app.image(imageId)).toMatchObject({
      personCaption: 'Our boat.',
      focalPoint: { x: 0.5, y: 0.25 },
    });
  });

  it('fails with the reason, and stores nothing, where its URL cannot be fetched', async () => {
    const app = fetchHarness();
    app.host.fetch = refuses;
    const { imageId } = await app.request();

    await app.fetch();

    const image = await app.image(imageId);
    expect(statusOf(image)).toBe('failed');
    expect(failureOf(image)).toEqual({
      error: 'shop.example answered 404.',
      code: 'not_fetched',
    });
    expect(app.originals()).toEqual([]);
    expect(await app.deps.images.counts()).toMatchObject({
      failed: 1,
      captionsPending: 0,
      timed: 0,
    });
  });

  it('fails with the reason, and stores nothing, where there is no picture', async () => {
    const app = fetchHarness({
      inspect: async () => ({ refusal: { kind: 'type', reason: 'It is text.' } }),
    });
    const { imageId } = await app.request();

    await app.fetch();

    expect(failureOf(await app.image(imageId))?.error).toBe('It is text.');
    expect(app.originals()).toEqual([]);
  });

  it('is tried four times where its host is busy', async () => {
    const app = fetchHarness();
    app.host.fetch = isBusy;
    const { imageId } = await app.request();
    const [message] = app.deps.fetchQueue.messages;

    await expect(app.fetch(3, message)).rejects.toMatchObject({ retryAfterSeconds: 7 });
    expect(statusOf(await app.image(imageId))).toBe('queued');
    await app.fetch(4, message);

    expect(failureOf(await app.image(imageId))?.error).toBe(
      'shop.example answered 503, tried 4 times.',
    );
  });

  it('is fetched again by a retry, once it has failed', async () => {
    const app = fetchHarness();
    const { fetch } = app.host;
    app.host.fetch = refuses;
    const { imageId } = await app.request();
    const [first] = app.deps.fetchQueue.messages;
    await expect(app.retry(imageId)).rejects.toMatchObject({ code: 'nothing_to_retry' });
    await app.fetch();
    app.host.fetch = fetch;

    expect(statusOf(await app.retry(imageId))).toBe('queued');
    await app.fetch(1, first); // of the run before
    expect(app.originals()).toEqual([]);
    await app.fetch();
    await app.register(app.originals()[0] ?? '');
    await app.finish();

    expect(statusOf(await app.image(imageId))).toBe('done');
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1, bytes: 9 });
  });

  it('fails where retries were exhausted, and can be retried', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();

    await app.giveUp();

    expect(failureOf(await app.image(imageId))?.error).toBe('The table was down.');
    await app.retry(imageId);
    expect(app.deps.fetchQueue.messages).toHaveLength(1);
  });
});

describe('an image by URL that is deleted', () => {
  it('before it is fetched is not fetched', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    await app.remove(imageId);

    await app.fetch();

    expect(app.originals()).toEqual([]);
    expect(await app.deps.images.counts()).toMatchObject({ total: 0 });
  });

  it('while it is fetched never comes back', async () => {
    const app = fetchHarness();
    const { fetch } = app.host;
    const { imageId } = await app.request();
    app.host.fetch = async (text) => {
      await app.remove(imageId);
      return fetch(text);
    };

    await app.fetch();
    await app.register('urls/an-upload/My-Boat.jpg');

    expect(app.originals()).toEqual([]);
    await expect(app.image(imageId)).rejects.toMatchObject({ code: 'image_not_found' });
  });

  it('while it is fetched never comes back, although the worker was killed after it had stored it', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    await app.remove(imageId);
    const key = 'urls/an-upload/My-Boat.jpg';
    await app.deps.originals.write(key, Buffer.from('late'), { contentType: 'image/jpeg' });

    await app.register(key);

    expect(app.originals()).toEqual([]);
    await expect(app.image(imageId)).rejects.toMatchObject({ code: 'image_not_found' });
  });

  it('after it was stored, and before it was recorded, leaves no original', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    const key = 'urls/an-upload/My-Boat.jpg';
    await app.deps.originals.write(key, Buffer.from('a picture'), { contentType: 'image/jpeg' });

    await app.remove(imageId);

    expect(app.originals()).toEqual([]);
  });
});

describe('an image by URL whose message was lost', () => {
  it('is requested once more, and fetched', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    app.deps.fetchQueue.messages.length = 0;
    expect(await app.sweep()).toMatchObject({ requeued: 0 });

    app.pass(twoMinutes);
    expect(await app.sweep()).toMatchObject({ requeued: 1, gaveUp: 0 });
    await app.fetch();

    expect(await app.image(imageId)).toMatchObject({ rev: 1 });
  });

  it('fails where no worker fetched it the second time either', async () => {
    const app = fetchHarness();
    const { imageId } = await app.request();
    app.deps.fetchQueue.messages.length = 0;
    app.pass(twoMinutes);
    await app.sweep();
    app.deps.fetchQueue.messages.length = 0;
    app.pass(twoMinutes);

    expect(await app.sweep()).toMatchObject({ requeued: 0, gaveUp: 1 });

    expect(failureOf(await app.image(imageId))?.error).toMatch(/requested twice/);
  });

  it('is left alone while the queue has messages', async () => {
    const app = fetchHarness();
    await app.request();
    app.pass(twoMinutes);

    expect(await app.sweep()).toMatchObject({ requeued: 0, gaveUp: 0 });
    expect(app.deps.fetchQueue.messages).toHaveLength(1);
  });
});
