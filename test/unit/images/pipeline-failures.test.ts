import { describe, expect, it } from 'vitest';
import { statusOf } from '#lib/images/image.ts';
import { aCaption, appHarness } from '#test/support/app-harness.ts';

describe('a step that fails', () => {
  it('for the picture itself fails at once, and the caption is skipped', async () => {
    const app = appHarness();
    app.deps.shrink = async () => ({
      refusal: { kind: 'contents', reason: 'The file ends too soon.' },
    });
    const image = await app.drop('beach.jpg', 'half a picture');
    await app.finish();
    expect(await app.image(image?.imageId ?? '')).toMatchObject({
      steps: {
        thumbnails: { state: 'failed', reason: 'The file ends too soon.', gaveUp: false },
        exif: { state: 'done' },
        caption: { state: 'skipped' },
      },
    });
  });

  it('is given up, redriven and done', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const message = app.deps.stepQueues.receive('thumbnails');
    if (!message) throw new Error('no message was enqueued');
    await app.giveUp('thumbnails', message);
    await app.finish();
    expect(statusOf(await app.image(id))).toBe('failed');

    await app.work('thumbnails', message);
    await app.finish();
    expect(statusOf(await app.image(id))).toBe('done');
    expect((await app.image(id)).caption).toEqual(aCaption);
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1, failed: 0 });
  });

  it('is retried alone, by the next run, and its old messages are stale', async () => {
    const app = appHarness();
    const { readTags } = app.deps;
    const image = await app.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const old = app.deps.stepQueues.receive('exif');
    if (!old) throw new Error('no message was enqueued');
    await app.giveUp('exif', old);
    await app.finish();

    await app.retry(id);
    expect(app.deps.stepQueues.messages.map(({ step }) => step)).toEqual(['exif']);
    app.deps.readTags = () => Promise.reject(new Error('must not be called'));
    await app.work('exif', old);
    app.deps.readTags = readTags;
    await app.finish();
    expect(statusOf(await app.image(id))).toBe('done');
    await expect(app.retry(id)).rejects.toMatchObject({ code: 'nothing_to_retry' });
  });

  it('because the original is gone says so', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    await app.deps.originals.remove(['beach.jpg']);
    await app.finish();
    expect(await app.image(image?.imageId ?? '')).toMatchObject({
      steps: {
        thumbnails: { state: 'failed', reason: expect.stringContaining('no longer there') },
        exif: { state: 'failed' },
      },
    });
  });
});

describe('the sweep', () => {
  it('enqueues stuck steps once more, then gives up', async () => {
    const app = appHarness({ captions: false });
    const image = await app.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    app.deps.stepQueues.messages.length = 0; // the messages are lost
    expect(await app.sweep()).toEqual({ deleted: 0, requeued: 0, gaveUp: 0 });

    app.pass(3 * 60_000);
    expect(await app.sweep()).toMatchObject({ requeued: 2, gaveUp: 0 });
    expect(await app.sweep()).toMatchObject({ requeued: 0, gaveUp: 0 });
    app.deps.stepQueues.messages.length = 0;
    app.pass(3 * 60_000);
    expect(await app.sweep()).toMatchObject({ gaveUp: 2 });
    expect(await app.image(id)).toMatchObject({
      steps: { thumbnails: { state: 'failed', gaveUp: true }, exif: { state: 'failed' } },
    });
  });

  it('leaves alone what is still in a queue', async () => {
    const app = appHarness({ captions: false });
    await app.drop('beach.jpg', 'a picture');
    app.pass(60 * 60_000);
    expect(await app.sweep()).toEqual({ deleted: 0, requeued: 0, gaveUp: 0 });
    await app.finish();
    expect(await app.deps.images.counts()).toMatchObject({ done: 1 });
  });
});

describe('an image without a caption provider', () => {
  it('is done with its caption skipped, until a provider is set up and it is retried', async () => {
    const app = appHarness({ captions: false });
    const image = await app.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    await app.finish();
    expect(await app.image(id)).toMatchObject({ steps: { caption: { state: 'skipped' } } });
    await expect(app.retry(id)).rejects.toThrow('No caption provider');

    app.deps.captioning = { ok: true, provider: 'test', model: 'a-model' };
    await app.retry(id);
    await app.finish();
    expect((await app.image(id)).caption).toEqual(aCaption);
  });
});
