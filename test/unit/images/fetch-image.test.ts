import { describe, expect, it } from 'vitest';
import { failure } from '#lib/failure.ts';
import type { FetchFile } from '#lib/fetch-file.ts';
import { failureOf, statusOf } from '#lib/images/image.ts';
import { patchImage } from '#lib/images/patch-image.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { fetchHarness } from './fetch-harness.ts';

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
