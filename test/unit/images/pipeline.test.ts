import { describe, expect, it, vi } from 'vitest';
import { variantKey } from '#lib/delivery/variants.ts';
import { statusOf } from '#lib/images/image.ts';
import { aCaption, appHarness } from '#test/support/app-harness.ts';
import { anExif } from '#test/support/image-builder.ts';
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

describe('a slow worker whose picture was replaced', () => {
  /** A worker that has read the first picture, and a second one that is done before it goes on. */
  const overtaken = async () => {
    const app = appHarness();
    const { shrink } = app.deps;
    const image = await app.drop('beach.jpg', 'first');
    const message = app.deps.stepQueues.receive('thumbnails');
    if (!image || !message) throw new Error('no message was enqueued');
    app.deps.shrink = async (...of) => {
      app.deps.shrink = shrink;
      await app.drop('beach.jpg', 'second');
      await app.finish();
      return shrink(...of);
    };
    return { app, image, message };
  };

  it('deletes the files that it wrote', async () => {
    const { app, message } = await overtaken();
    await app.work('thumbnails', message);

    expect(app.deps.derived.keys()).toHaveLength(2);
    for (const key of app.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('deletes its files when its message is retried, if it was killed', async () => {
    const { app, message } = await overtaken();
    const { write } = app.deps.derived;
    const { shrink } = app.deps;
    app.deps.shrink = async (...of) => {
      const shrunk = await shrink(...of);
      app.deps.derived.write = async (key, ...how) => {
        await write(key, ...how);
        throw new Error('killed');
      };
      return shrunk;
    };
    await expect(app.work('thumbnails', message)).rejects.toThrow('killed');
    app.deps.derived.write = write;
    expect(app.deps.derived.keys().some((key) => key.includes('.1/'))).toBe(true);
    await app.work('thumbnails', message, 2);

    for (const key of app.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('deletes its files even if the first picture was deleted in between', async () => {
    const { app, image, message } = await overtaken();
    const { shrink } = app.deps;
    app.deps.shrink = async (...of) => {
      await app.remove(image.imageId);
      return shrink(...of);
    };
    await app.work('thumbnails', message);

    for (const key of app.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('stores no tags of the first with the second', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'with a position');
    const id = image?.imageId ?? '';
    const message = app.deps.stepQueues.receive('exif');
    if (!message) throw new Error('no message was enqueued');
    await app.drop('beach.jpg', 'without');
    await app.finish();
    await app.deps.images.putRawExif(id, 1, { GPSLatitude: 1 }); // then it was killed

    await app.work('exif', message, 2);
    expect(await app.deps.images.getRawExif(id)).toBeUndefined();
  });
});

describe('raw EXIF', () => {
  it('of one picture is not stored with the next one, which has none', async () => {
    const app = appHarness();
    const { readTags } = app.deps;
    app.deps.readTags = async () => ({ exif: anExif, raw: { Make: 'Leica', GPSLatitude: 1 } });
    const image = await app.drop('beach.jpg', 'with a position');
    const id = image?.imageId ?? '';
    await app.finish();
    expect(await app.deps.images.getRawExif(id)).toMatchObject({ GPSLatitude: 1 });

    app.deps.readTags = readTags;
    await app.drop('beach.jpg', 'without');
    await app.finish();
    expect(await app.deps.images.getRawExif(id)).toBeUndefined();
    expect(await app.image(id)).not.toHaveProperty('exif');
  });

  it('stored by a worker that was killed while its image was deleted is deleted with the retry', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const message = app.deps.stepQueues.receive('exif');
    if (!message) throw new Error('no message was enqueued');
    await app.remove(id);
    await app.deps.images.putRawExif(id, 1, { GPSLatitude: 1 }); // then it was killed

    await app.work('exif', message, 2);
    expect(await app.deps.images.getRawExif(id)).toBeUndefined();
  });

  it.each(['its removal', 'its late worker'])(
    'of a newer picture stays, when %s deletes that of the deleted picture before it',
    async (who) => {
      const app = appHarness();
      const { images, originals } = app.deps;
      const image = await app.drop('beach.jpg', 'deleted soon');
      const id = image?.imageId ?? '';
      const message = app.deps.stepQueues.receive('exif');
      if (!message) throw new Error('no message was enqueued');
      const { deleteRawExif } = images;
      const newerComesFirst = () => {
        images.deleteRawExif = async (...of) => {
          images.deleteRawExif = deleteRawExif;
          await vi.waitFor(() => expect(originals.keys()).toEqual([]));
          app.deps.readTags = async () => ({ exif: anExif, raw: { GPSLatitude: 2 } });
          await app.drop('beach.jpg', 'newer');
          await app.finish();
          return deleteRawExif(...of);
        };
      };

      if (who === 'its removal') newerComesFirst();
      await app.remove(id);
      if (who === 'its late worker') newerComesFirst();
      await app.work('exif', message, 2);

      expect(statusOf(await app.image(id))).toBe('done');
      expect(await images.getRawExif(id)).toEqual({ GPSLatitude: 2 });
    },
  );
});

describe('a deleted image', () => {
  it.each(['thumbnails', 'exif', 'caption'] as const)(
    'is not brought back by a late %s worker',
    async (step) => {
      const app = appHarness();
      const image = await app.drop('beach.jpg', 'a picture');
      const late = { image_id: image?.imageId ?? '', rev: 1, run: 1, request_id: 'late' };
      if (step === 'caption') await app.finish();

      await app.remove(late.image_id);
      await app.work(step, late);
      await app.finish();

      await expect(app.image(late.image_id)).rejects.toMatchObject({ code: 'image_not_found' });
      expect(app.deps.derived.keys()).toEqual([]);
      expect(await app.deps.images.counts()).toMatchObject({ total: 0 });
    },
  );

  it('deleted while its thumbnails are being made leaves no file behind', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    const shrink = app.deps.shrink;
    app.deps.shrink = async (...of) => {
      await app.remove(image?.imageId ?? '');
      return shrink(...of);
    };
    await app.finish();
    expect(app.deps.derived.keys()).toEqual([]);
    expect(app.deps.originals.keys()).toEqual([]);
  });

  it('leaves the files of another image that shares them, whichever message is delivered late', async () => {
    const app = appHarness();
    const first = await app.drop('a.jpg', 'same');
    await app.finish();
    await app.drop('b.jpg', 'same');
    await app.finish();

    await app.remove(first?.imageId ?? '');
    await app.work('thumbnails', {
      image_id: first?.imageId ?? '',
      rev: 1,
      run: 1,
      request_id: 'late',
    });
    expect(app.deps.derived.keys()).toHaveLength(2);
  });

  it.each(['deleted', 'replaced'])(
    'leaves the shared files when its key is reused after its tombstone expired and the new image is %s while incomplete',
    async (how) => {
      const before = appHarness();
      const first = await before.drop('a.jpg', 'same');
      await before.finish();
      await before.drop('b.jpg', 'same');
      await before.finish();
      await before.remove(first?.imageId ?? '');

      const after = appHarness(); // without the tombstone
      const { derived, renditionSets } = before.deps;
      Object.assign(after.deps, {
        derived,
        renditionSets: { find: () => Promise.reject('killed') },
      });
      const again = await after.drop('a.jpg', 'same');
      const message = after.deps.stepQueues.receive('thumbnails');
      if (!message) throw new Error('no message was enqueued');
      await expect(after.work('thumbnails', message)).rejects.toBe('killed');
      after.deps.renditionSets = renditionSets;
      if (how === 'deleted') await after.remove(again?.imageId ?? '');
      else {
        await after.drop('a.jpg', 'another');
        await after.finish();
      }

      const names = derived.keys().filter((key) => key.includes(`${first?.imageId}.1/`));
      expect(names).toHaveLength(2);
    },
  );

  it('stays deleted after an old event, and a new object under its key is a new image', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    await app.remove(image?.imageId ?? '');
    expect(await app.register('beach.jpg')).toBeUndefined();

    const again = await app.drop('beach.jpg', 'a picture');
    await app.finish();
    expect(again?.rev).toBe(2);
    expect(statusOf(await app.image(again?.imageId ?? ''))).toBe('done');
  });

  it('does not delete a picture that replaces it at that moment', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    const { originals } = app.deps;
    const { deleteIfMatch } = originals;
    originals.deleteIfMatch = async (...of) => {
      originals.deleteIfMatch = deleteIfMatch;
      await app.drop('beach.jpg', 'newer');
      return deleteIfMatch(...of);
    };
    await app.remove(image?.imageId ?? '');
    await app.finish();

    expect(statusOf(await app.image(image?.imageId ?? ''))).toBe('done');
    expect(Buffer.from((await originals.read('beach.jpg')) ?? []).toString()).toBe('newer');
  });

  it('that was interrupted is finished by the sweep', async () => {
    const app = appHarness();
    const image = await app.drop('beach.jpg', 'a picture');
    await app.finish();
    const { originals } = app.deps;
    const { deleteIfMatch } = originals;
    originals.deleteIfMatch = () => Promise.reject(new Error('killed'));
    await expect(app.remove(image?.imageId ?? '')).rejects.toThrow('killed');
    originals.deleteIfMatch = deleteIfMatch;

    app.pass(10 * 60_000);
    expect(await app.sweep()).toMatchObject({ deleted: 1 });
    expect(originals.keys()).toEqual([]);
    expect(app.deps.derived.keys()).toEqual([]);
    expect(app.deps.images.all()[0]?.deleted).toBe('removed');
  });

  it('removes the variants that a late request stored, once no request from that time can still be running', async () => {
    const app = appHarness();
    const { variants, images } = app.deps;
    const { imageId } = await app.upload('a picture');
    await app.remove(imageId);
    await variants.save(variantKey(imageId, 'w160', 'v', 'jpg'), Buffer.from('late'), {
      contentType: 'image/jpeg',
      imageId,
    });
    expect(images.all()[0]?.deleted).toBe('removed');
    await expect(app.remove(imageId)).rejects.toThrow('Image not found');

    await app.sweep();
    expect(variants.keys()).toHaveLength(1);
    app.pass(10 * 60_000);
    await app.sweep();

    expect(variants.keys()).toEqual([]);
    expect(images.all()[0]?.deleted).toBe('gone');
    expect(app.purged).toEqual([imageId, imageId]);
  });
});

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
