import { describe, expect, it } from 'vitest';
import { failureOf } from '#lib/images/image.ts';
import { fetchHarness } from './fetch-harness.ts';

const twoMinutes = 2 * 60_000 + 1;

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
