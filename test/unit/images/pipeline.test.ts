import { describe, expect, it, vi } from 'vitest';
import { statusOf } from '#lib/images/image.ts';
import { aCaption, appHarness } from '#test/support/app-harness.ts';
import { totalCounts } from '#test/support/in-memory-images.ts';

describe('an upload', () => {
  it('can be read at once, and is processed after its S3 event', async () => {
    const app = appHarness();
    const uploaded = await app.upload('a picture');
    expect(statusOf(await app.image(uploaded.imageId))).toBe('queued');
    expect(app.deps.stepQueues.messages).toEqual([]);

    await app.register(uploaded.key);
    await app.finish();

    const image = await app.image(uploaded.imageId);
    expect(statusOf(image)).toBe('done');
    expect(image).toMatchObject({ originalName: 'beach.jpg', source: 'upload', caption: aCaption });
    expect(app.deps.derived.keys()).toHaveLength(2);
  });

  it('that is killed before its record is completed by the event alone', async () => {
    const app = appHarness();
    const { key, imageId } = await app.upload('a picture');
    const killed = appHarness();
    const bytes = await app.deps.originals.read(key ?? '');
    await killed.deps.originals.write(key ?? '', bytes ?? Buffer.alloc(0), {
      contentType: 'image/jpeg',
      userMetadata: { name: 'beach.jpg', 'request-id': 'a-request' },
    });

    await killed.register(key);
    await killed.finish();

    expect(await killed.image(imageId)).toMatchObject({
      originalName: 'beach.jpg',
      requestId: 'a-request',
      source: 'upload',
      metadata: { format: 'jpeg' },
      sha256: expect.any(String),
    });
  });

  it('with too many bytes is refused with the sentence that a dropped one gets, in units for people', async () => {
    const app = appHarness();
    app.deps.uploadMaxBytes = 8;
    const uploaded = await app.upload('a picture');
    const dropped = await app.drop('dropped.jpg', 'a picture');
    await app.finish();

    const rejected = {
      kind: 'contents',
      code: 'file_too_large',
      reason: 'The file has 9 bytes; at most 8 bytes are taken.',
    };
    expect(uploaded).toMatchObject({ key: null, rejected });
    expect(await app.image(dropped?.imageId ?? '')).toMatchObject({ rejected });
  });

  it('that is rejected is recorded and not stored', async () => {
    const app = appHarness();
    app.deps.inspect = async () => ({ refusal: { kind: 'type', reason: 'It is text.' } });
    const { imageId } = await app.upload('text');

    const image = await app.image(imageId);
    expect(statusOf(image)).toBe('failed');
    expect(image).toMatchObject({ key: null, rejected: { reason: 'It is text.' } });
    expect(app.deps.originals.keys()).toEqual([]);
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, failed: 1 });
    await expect(app.retry(imageId)).rejects.toMatchObject({ code: 'nothing_to_retry' });
  });
});

describe('events and messages that are delivered again', () => {
  it('change nothing, and pay for nothing', async () => {
    const app = appHarness();
    app.deps.shrink = vi.fn(app.deps.shrink);
    app.deps.describe = vi.fn(app.deps.describe);
    const { key, imageId } = await app.upload('a picture');
    for (let n = 0; n < 5; n++) await app.register(key);
    await app.finish({ times: 3 });
    const before = await app.image(imageId);
    for (let n = 0; n < 5; n++) await app.register(key);
    await app.finish();

    expect(await app.image(imageId)).toEqual(before);
    expect(app.deps.shrink).toHaveBeenCalledOnce();
    expect(app.deps.describe).toHaveBeenCalledOnce();
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
  });

  it('all at once have one result', async () => {
    const app = appHarness();
    const { key, imageId } = await app.upload('a picture');
    await Promise.all(Array.from({ length: 10 }, () => app.register(key)));
    const { messages } = app.deps.stepQueues;
    await Promise.all(messages.splice(0).map(({ step, message }) => app.work(step, message)));
    await app.finish();

    expect(statusOf(await app.image(imageId))).toBe('done');
    const all = app.deps.images.all();
    expect(await app.deps.images.counts()).toEqual(totalCounts(all));
    expect(app.deps.derived.keys()).toHaveLength(2);
  });

  it('enqueue the caption again when make-thumbnails was killed before that', async () => {
    const app = appHarness();
    const { key, imageId } = await app.upload('a picture');
    await app.register(key);
    const message = app.deps.stepQueues.receive('thumbnails');
    if (!message) throw new Error('no message was enqueued');
    await app.work('thumbnails', message);
    app.deps.stepQueues.receive('caption'); // the message was never sent

    await app.work('thumbnails', message);
    await app.finish();

    expect((await app.image(imageId)).caption).toEqual(aCaption);
  });
});

describe('the same bytes', () => {
  it('are shrunk and described once, and deleted with the last image that shares them', async () => {
    const app = appHarness();
    app.deps.shrink = vi.fn(app.deps.shrink);
    app.deps.describe = vi.fn(app.deps.describe);
    const first = await app.upload('same');
    await app.register(first.key);
    await app.finish();
    const second = await app.upload('same');
    await app.register(second.key);
    const dropped = await app.drop('a folder/same.jpg', 'same');
    await app.finish();

    expect(app.deps.shrink).toHaveBeenCalledOnce();
    expect(app.deps.describe).toHaveBeenCalledOnce();
    expect(app.deps.derived.keys()).toHaveLength(2);
    expect((await app.image(second.imageId)).firstUploadAt).toBe(first.uploadedAt);

    await app.remove(first.imageId);
    await app.remove(second.imageId);
    expect(app.deps.derived.keys()).toHaveLength(2);
    await app.remove(dropped?.imageId ?? '');
    expect(app.deps.derived.keys()).toEqual([]);
    expect(await app.deps.images.counts()).toMatchObject({ total: 0, bytes: 0 });
  });

  it('processed at the same moment leave one set of files', async () => {
    const app = appHarness();
    // All decode before any is done, so that all but one have written files that are not used.
    const { shrink } = app.deps;
    const allShrinking = Promise.withResolvers<void>();
    let shrinking = 0;
    app.deps.shrink = async (...of) => {
      if (++shrinking === 4) allShrinking.resolve();
      await allShrinking.promise;
      return shrink(...of);
    };
    const keys = await Promise.all(['a', 'b', 'c', 'd'].map((key) => app.drop(key, 'same')));
    const { messages } = app.deps.stepQueues;
    await Promise.all(messages.splice(0).map(({ step, message }) => app.work(step, message)));
    await app.finish();

    expect(keys).toHaveLength(4);
    expect(app.deps.derived.keys()).toHaveLength(2);
    const [renditionSet] = app.deps.images
      .all()
      .map((image) => image.renditionSet?.renditionSetId ?? '');
    expect((await app.deps.renditionSets.find(renditionSet ?? ''))?.refs).toBe(4);
  });
});

describe('another object under a known key', () => {
  it('is a new revision: old messages are dropped, old files deleted, the position in the list stays', async () => {
    const app = appHarness();
    const first = await app.drop('beach.jpg', 'first');
    const stale = app.deps.stepQueues.receive('exif');
    await app.finish();
    const [oldFile] = app.deps.derived.keys();

    const second = await app.drop('beach.jpg', 'second');
    if (stale) await app.work('exif', stale);
    expect(second).toMatchObject({ rev: 2, listedAt: first?.listedAt });
    expect((await app.image(second?.imageId ?? '')).steps.exif.state).toBe('pending');
    await app.finish();

    expect(app.deps.derived.keys()).toHaveLength(2);
    expect(app.deps.derived.keys()).not.toContain(oldFile);
    expect(await app.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
  });
});

describe('an upload', () => {
  it('that reaches neither store fails, and does not affect others', async () => {
    const app = appHarness();
    const late = () => new Promise<never>((_, reject) => setImmediate(reject, new Error('down')));
    app.deps.renditionSets.find = late;
    app.deps.originals.write = () => Promise.reject(new Error('down, too'));

    await expect(app.upload('a picture')).rejects.toThrow('down, too');
    await late().catch(() => {}); // by now Node has reported any unhandled rejection
    expect(app.deps.images.all()).toEqual([]);
  });
});
