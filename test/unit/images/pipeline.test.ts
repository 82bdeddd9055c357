import { describe, expect, it, vi } from 'vitest';
import { variantKey } from '#lib/delivery/variants.ts';
import { statusOf } from '#lib/images/image.ts';
import { aCaption, aDarkroom } from '#test/support/app-harness.ts';
import { anExif } from '#test/support/image-builder.ts';
import { sumOfCounts } from '#test/support/in-memory-images.ts';

describe('an upload', () => {
  it('can be read at once, and is worked on when S3 tells of it', async () => {
    const darkroom = aDarkroom();
    const uploaded = await darkroom.upload('a picture');
    expect(statusOf(await darkroom.image(uploaded.imageId))).toBe('queued');
    expect(darkroom.deps.stepQueues.asked).toEqual([]);

    await darkroom.register(uploaded.key);
    await darkroom.finish();

    const image = await darkroom.image(uploaded.imageId);
    expect(statusOf(image)).toBe('done');
    expect(image).toMatchObject({ originalName: 'beach.jpg', source: 'upload', caption: aCaption });
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
  });

  it('that is killed before its record is completed by the event alone', async () => {
    const darkroom = aDarkroom();
    const { key, imageId } = await darkroom.upload('a picture');
    const killed = aDarkroom();
    const bytes = await darkroom.deps.originals.read(key ?? '');
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

  it('that is refused is recorded and not kept', async () => {
    const darkroom = aDarkroom();
    darkroom.deps.inspect = async () => ({ refusal: { kind: 'type', reason: 'It is text.' } });
    const { imageId } = await darkroom.upload('text');

    const image = await darkroom.image(imageId);
    expect(statusOf(image)).toBe('failed');
    expect(image).toMatchObject({ key: null, rejected: { reason: 'It is text.' } });
    expect(darkroom.deps.originals.keys()).toEqual([]);
    expect(await darkroom.deps.images.counts()).toMatchObject({ total: 1, failed: 1 });
    await expect(darkroom.retry(imageId)).rejects.toMatchObject({ fault: 'conflict' });
  });
});

describe('news and messages that come again', () => {
  it('change nothing, and pay for nothing', async () => {
    const darkroom = aDarkroom();
    darkroom.deps.shrink = vi.fn(darkroom.deps.shrink);
    darkroom.deps.describe = vi.fn(darkroom.deps.describe);
    const { key, imageId } = await darkroom.upload('a picture');
    for (let n = 0; n < 5; n++) await darkroom.register(key);
    await darkroom.finish({ times: 3 });
    const before = await darkroom.image(imageId);
    for (let n = 0; n < 5; n++) await darkroom.register(key);
    await darkroom.finish();

    expect(await darkroom.image(imageId)).toEqual(before);
    expect(darkroom.deps.shrink).toHaveBeenCalledOnce();
    expect(darkroom.deps.describe).toHaveBeenCalledOnce();
    expect(await darkroom.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
  });

  it('all at once have one result', async () => {
    const darkroom = aDarkroom();
    const { key, imageId } = await darkroom.upload('a picture');
    await Promise.all(Array.from({ length: 10 }, () => darkroom.register(key)));
    const { asked } = darkroom.deps.stepQueues;
    await Promise.all(asked.splice(0).map(({ step, message }) => darkroom.work(step, message)));
    await darkroom.finish();

    expect(statusOf(await darkroom.image(imageId))).toBe('done');
    const all = darkroom.deps.images.all();
    expect(await darkroom.deps.images.counts()).toEqual(sumOfCounts(all));
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
  });

  it('tell the caption worker again when thumbnails died before telling it', async () => {
    const darkroom = aDarkroom();
    const { key, imageId } = await darkroom.upload('a picture');
    await darkroom.register(key);
    const message = darkroom.deps.stepQueues.take('thumbnails');
    if (!message) throw new Error('not asked');
    await darkroom.work('thumbnails', message);
    darkroom.deps.stepQueues.take('caption'); // the message was never sent

    await darkroom.work('thumbnails', message);
    await darkroom.finish();

    expect((await darkroom.image(imageId)).caption).toEqual(aCaption);
  });
});

describe('the same bytes', () => {
  it('are shrunk and described once, and go with the last image that shows them', async () => {
    const darkroom = aDarkroom();
    darkroom.deps.shrink = vi.fn(darkroom.deps.shrink);
    darkroom.deps.describe = vi.fn(darkroom.deps.describe);
    const first = await darkroom.upload('same');
    await darkroom.register(first.key);
    await darkroom.finish();
    const second = await darkroom.upload('same');
    await darkroom.register(second.key);
    const dropped = await darkroom.drop('a folder/same.jpg', 'same');
    await darkroom.finish();

    expect(darkroom.deps.shrink).toHaveBeenCalledOnce();
    expect(darkroom.deps.describe).toHaveBeenCalledOnce();
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
    expect((await darkroom.image(second.imageId)).firstUploadAt).toBe(first.uploadedAt);

    await darkroom.remove(first.imageId);
    await darkroom.remove(second.imageId);
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
    await darkroom.remove(dropped?.imageId ?? '');
    expect(darkroom.deps.derived.keys()).toEqual([]);
    expect(await darkroom.deps.images.counts()).toMatchObject({ total: 0, bytes: 0 });
  });

  it('worked on at the same moment leave one set of files', async () => {
    const darkroom = aDarkroom();
    // All decode before any is done, so that all but one have written in vain.
    const { shrink } = darkroom.deps;
    const everybody = Promise.withResolvers<void>();
    let shrinking = 0;
    darkroom.deps.shrink = async (...of) => {
      if (++shrinking === 4) everybody.resolve();
      await everybody.promise;
      return shrink(...of);
    };
    const keys = await Promise.all(['a', 'b', 'c', 'd'].map((key) => darkroom.drop(key, 'same')));
    const { asked } = darkroom.deps.stepQueues;
    await Promise.all(asked.splice(0).map(({ step, message }) => darkroom.work(step, message)));
    await darkroom.finish();

    expect(keys).toHaveLength(4);
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
    const [renditionSet] = darkroom.deps.images
      .all()
      .map((image) => image.renditionSet?.renditionSetId ?? '');
    expect((await darkroom.deps.renditionSets.find(renditionSet ?? ''))?.refs).toBe(4);
  });
});

describe('another object under a known key', () => {
  it('is a new revision: old messages are dropped, old files go, the place in the list stays', async () => {
    const darkroom = aDarkroom();
    const first = await darkroom.drop('beach.jpg', 'first');
    const stale = darkroom.deps.stepQueues.take('exif');
    await darkroom.finish();
    const [oldFile] = darkroom.deps.derived.keys();

    const second = await darkroom.drop('beach.jpg', 'second');
    if (stale) await darkroom.work('exif', stale);
    expect(second).toMatchObject({ rev: 2, listedAt: first?.listedAt });
    expect((await darkroom.image(second?.imageId ?? '')).steps.exif.state).toBe('pending');
    await darkroom.finish();

    expect(darkroom.deps.derived.keys()).toHaveLength(2);
    expect(darkroom.deps.derived.keys()).not.toContain(oldFile);
    expect(await darkroom.deps.images.counts()).toMatchObject({ total: 1, done: 1 });
  });
});

describe('an upload', () => {
  it('that finds neither store is refused, and takes nobody else down', async () => {
    const darkroom = aDarkroom();
    const late = () => new Promise<never>((_, reject) => setImmediate(reject, new Error('down')));
    darkroom.deps.renditionSets.find = late;
    darkroom.deps.originals.write = () => Promise.reject(new Error('down, too'));

    await expect(darkroom.upload('a picture')).rejects.toThrow('down, too');
    await late().catch(() => {}); // by now, whatever nobody waited for has been complained about
    expect(darkroom.deps.images.all()).toEqual([]);
  });
});

describe('a worker that is late, because another picture has taken the place of its own,', () => {
  /** A worker that has read the first picture, and a second one that is done before it goes on. */
  const overtaken = async () => {
    const darkroom = aDarkroom();
    const { shrink } = darkroom.deps;
    const image = await darkroom.drop('beach.jpg', 'first');
    const message = darkroom.deps.stepQueues.take('thumbnails');
    if (!image || !message) throw new Error('not asked');
    darkroom.deps.shrink = async (...of) => {
      darkroom.deps.shrink = shrink;
      await darkroom.drop('beach.jpg', 'second');
      await darkroom.finish();
      return shrink(...of);
    };
    return { darkroom, image, message };
  };

  it('removes what it made', async () => {
    const { darkroom, message } = await overtaken();
    await darkroom.work('thumbnails', message);

    expect(darkroom.deps.derived.keys()).toHaveLength(2);
    for (const key of darkroom.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('removes it when its message comes back, if it was killed', async () => {
    const { darkroom, message } = await overtaken();
    const { write } = darkroom.deps.derived;
    const { shrink } = darkroom.deps;
    darkroom.deps.shrink = async (...of) => {
      const shrunk = await shrink(...of);
      darkroom.deps.derived.write = async (key, ...how) => {
        await write(key, ...how);
        throw new Error('killed');
      };
      return shrunk;
    };
    await expect(darkroom.work('thumbnails', message)).rejects.toThrow('killed');
    darkroom.deps.derived.write = write;
    expect(darkroom.deps.derived.keys().some((key) => key.includes('.1/'))).toBe(true);
    await darkroom.work('thumbnails', message, 2);

    for (const key of darkroom.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('removes it also if the first was deleted in between', async () => {
    const { darkroom, image, message } = await overtaken();
    const { shrink } = darkroom.deps;
    darkroom.deps.shrink = async (...of) => {
      await darkroom.remove(image.imageId);
      return shrink(...of);
    };
    await darkroom.work('thumbnails', message);

    for (const key of darkroom.deps.derived.keys()) expect(key).toContain('.2/');
  });

  it('takes no tags of the first into the second', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'with a position');
    const id = image?.imageId ?? '';
    const message = darkroom.deps.stepQueues.take('exif');
    if (!message) throw new Error('not asked');
    await darkroom.drop('beach.jpg', 'without');
    await darkroom.finish();
    await darkroom.deps.images.putRawExif(id, 1, { GPSLatitude: 1 }); // then it was killed

    await darkroom.work('exif', message, 2);
    expect(await darkroom.deps.images.getRawExif(id)).toBeUndefined();
  });
});

describe('raw EXIF', () => {
  it('of one picture is not kept under the next that has none', async () => {
    const darkroom = aDarkroom();
    const { readTags } = darkroom.deps;
    darkroom.deps.readTags = async () => ({ exif: anExif, raw: { Make: 'Leica', GPSLatitude: 1 } });
    const image = await darkroom.drop('beach.jpg', 'with a position');
    const id = image?.imageId ?? '';
    await darkroom.finish();
    expect(await darkroom.deps.images.getRawExif(id)).toMatchObject({ GPSLatitude: 1 });

    darkroom.deps.readTags = readTags;
    await darkroom.drop('beach.jpg', 'without');
    await darkroom.finish();
    expect(await darkroom.deps.images.getRawExif(id)).toBeUndefined();
    expect(await darkroom.image(id)).not.toHaveProperty('exif');
  });

  it('kept by a worker that died while its image was deleted goes with the message', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const message = darkroom.deps.stepQueues.take('exif');
    if (!message) throw new Error('not asked');
    await darkroom.remove(id);
    await darkroom.deps.images.putRawExif(id, 1, { GPSLatitude: 1 }); // then it was killed

    await darkroom.work('exif', message, 2);
    expect(await darkroom.deps.images.getRawExif(id)).toBeUndefined();
  });

  it.each(['its removal', 'its late worker'])(
    'of a newer picture stays, when %s forgets those of the deleted one before it',
    async (who) => {
      const darkroom = aDarkroom();
      const { images, originals } = darkroom.deps;
      const image = await darkroom.drop('beach.jpg', 'deleted soon');
      const id = image?.imageId ?? '';
      const message = darkroom.deps.stepQueues.take('exif');
      if (!message) throw new Error('not asked');
      const { deleteRawExif } = images;
      const newerComesFirst = () => {
        images.deleteRawExif = async (...of) => {
          images.deleteRawExif = deleteRawExif;
          await vi.waitFor(() => expect(originals.keys()).toEqual([]));
          darkroom.deps.readTags = async () => ({ exif: anExif, raw: { GPSLatitude: 2 } });
          await darkroom.drop('beach.jpg', 'newer');
          await darkroom.finish();
          return deleteRawExif(...of);
        };
      };

      if (who === 'its removal') newerComesFirst();
      await darkroom.remove(id);
      if (who === 'its late worker') newerComesFirst();
      await darkroom.work('exif', message, 2);

      expect(statusOf(await darkroom.image(id))).toBe('done');
      expect(await images.getRawExif(id)).toEqual({ GPSLatitude: 2 });
    },
  );
});

describe('a deleted image', () => {
  it.each(['thumbnails', 'exif', 'caption'] as const)(
    'is not brought back by a late %s worker',
    async (step) => {
      const darkroom = aDarkroom();
      const image = await darkroom.drop('beach.jpg', 'a picture');
      const late = { image_id: image?.imageId ?? '', rev: 1, run: 1, request_id: 'late' };
      if (step === 'caption') await darkroom.finish();

      await darkroom.remove(late.image_id);
      await darkroom.work(step, late);
      await darkroom.finish();

      await expect(darkroom.image(late.image_id)).rejects.toMatchObject({ fault: 'not-found' });
      expect(darkroom.deps.derived.keys()).toEqual([]);
      expect(await darkroom.deps.images.counts()).toMatchObject({ total: 0 });
    },
  );

  it('deleted while its thumbnails are being made leaves no file behind', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const shrink = darkroom.deps.shrink;
    darkroom.deps.shrink = async (...of) => {
      await darkroom.remove(image?.imageId ?? '');
      return shrink(...of);
    };
    await darkroom.finish();
    expect(darkroom.deps.derived.keys()).toEqual([]);
    expect(darkroom.deps.originals.keys()).toEqual([]);
  });

  it('keeps the files of another that shows the same, whatever comes late', async () => {
    const darkroom = aDarkroom();
    const first = await darkroom.drop('a.jpg', 'same');
    await darkroom.finish();
    await darkroom.drop('b.jpg', 'same');
    await darkroom.finish();

    await darkroom.remove(first?.imageId ?? '');
    await darkroom.work('thumbnails', {
      image_id: first?.imageId ?? '',
      rev: 1,
      run: 1,
      request_id: 'late',
    });
    expect(darkroom.deps.derived.keys()).toHaveLength(2);
  });

  it.each(['deleted', 'replaced'])(
    'keeps them also when its key is used again after its tombstone expired, and that is %s half-made',
    async (how) => {
      const before = aDarkroom();
      const first = await before.drop('a.jpg', 'same');
      await before.finish();
      await before.drop('b.jpg', 'same');
      await before.finish();
      await before.remove(first?.imageId ?? '');

      const after = aDarkroom(); // without the tombstone
      const { derived, renditionSets } = before.deps;
      Object.assign(after.deps, {
        derived,
        renditionSets: { find: () => Promise.reject('killed') },
      });
      const again = await after.drop('a.jpg', 'same');
      const message = after.deps.stepQueues.take('thumbnails');
      if (!message) throw new Error('not asked');
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

  it('stays deleted when old news comes, and a new object under its key is a new arrival', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    await darkroom.remove(image?.imageId ?? '');
    expect(await darkroom.register('beach.jpg')).toBeUndefined();

    const again = await darkroom.drop('beach.jpg', 'a picture');
    await darkroom.finish();
    expect(again?.rev).toBe(2);
    expect(statusOf(await darkroom.image(again?.imageId ?? ''))).toBe('done');
  });

  it('does not take along a picture that is put in its place at that moment', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const { originals } = darkroom.deps;
    const { deleteIfMatch } = originals;
    originals.deleteIfMatch = async (...of) => {
      originals.deleteIfMatch = deleteIfMatch;
      await darkroom.drop('beach.jpg', 'newer');
      return deleteIfMatch(...of);
    };
    await darkroom.remove(image?.imageId ?? '');
    await darkroom.finish();

    expect(statusOf(await darkroom.image(image?.imageId ?? ''))).toBe('done');
    expect(Buffer.from((await originals.read('beach.jpg')) ?? []).toString()).toBe('newer');
  });

  it('killed half-way is finished by the sweep', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    await darkroom.finish();
    const { originals } = darkroom.deps;
    const { deleteIfMatch } = originals;
    originals.deleteIfMatch = () => Promise.reject(new Error('killed'));
    await expect(darkroom.remove(image?.imageId ?? '')).rejects.toThrow('killed');
    originals.deleteIfMatch = deleteIfMatch;

    darkroom.pass(10 * 60_000);
    expect(await darkroom.sweep()).toMatchObject({ deleted: 1 });
    expect(originals.keys()).toEqual([]);
    expect(darkroom.deps.derived.keys()).toEqual([]);
    expect(darkroom.deps.images.all()[0]?.deleted).toBe('removed');
  });

  it('removes what a delivery stored late, when no delivery of then can be at work', async () => {
    const darkroom = aDarkroom();
    const { variants, images } = darkroom.deps;
    const { imageId } = await darkroom.upload('a picture');
    await darkroom.remove(imageId);
    await variants.save(variantKey(imageId, 'w160', 'v', 'jpg'), Buffer.from('late'), {
      contentType: 'image/jpeg',
      imageId,
    });
    expect(images.all()[0]?.deleted).toBe('removed');
    await expect(darkroom.remove(imageId)).rejects.toThrow('Image not found');

    await darkroom.sweep();
    expect(variants.keys()).toHaveLength(1);
    darkroom.pass(10 * 60_000);
    await darkroom.sweep();

    expect(variants.keys()).toEqual([]);
    expect(images.all()[0]?.deleted).toBe('gone');
    expect(darkroom.purged).toEqual([imageId, imageId]);
  });
});

describe('a step that fails', () => {
  it('for the picture itself fails at once, and the caption is skipped', async () => {
    const darkroom = aDarkroom();
    darkroom.deps.shrink = async () => ({
      refusal: { kind: 'contents', reason: 'The file ends too soon.' },
    });
    const image = await darkroom.drop('beach.jpg', 'half a picture');
    await darkroom.finish();
    expect(await darkroom.image(image?.imageId ?? '')).toMatchObject({
      steps: {
        thumbnails: { state: 'failed', reason: 'The file ends too soon.', gaveUp: false },
        exif: { state: 'done' },
        caption: { state: 'skipped' },
      },
    });
  });

  it('is given up, redriven and done', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const message = darkroom.deps.stepQueues.take('thumbnails');
    if (!message) throw new Error('not asked');
    await darkroom.giveUp('thumbnails', message);
    await darkroom.finish();
    expect(statusOf(await darkroom.image(id))).toBe('failed');

    await darkroom.work('thumbnails', message);
    await darkroom.finish();
    expect(statusOf(await darkroom.image(id))).toBe('done');
    expect((await darkroom.image(id)).caption).toEqual(aCaption);
    expect(await darkroom.deps.images.counts()).toMatchObject({ total: 1, done: 1, failed: 0 });
  });

  it('is retried alone, by the next run, and its old messages mean nothing', async () => {
    const darkroom = aDarkroom();
    const { readTags } = darkroom.deps;
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    const old = darkroom.deps.stepQueues.take('exif');
    if (!old) throw new Error('not asked');
    await darkroom.giveUp('exif', old);
    await darkroom.finish();

    await darkroom.retry(id);
    expect(darkroom.deps.stepQueues.asked.map(({ step }) => step)).toEqual(['exif']);
    darkroom.deps.readTags = () => Promise.reject(new Error('must not be called'));
    await darkroom.work('exif', old);
    darkroom.deps.readTags = readTags;
    await darkroom.finish();
    expect(statusOf(await darkroom.image(id))).toBe('done');
    await expect(darkroom.retry(id)).rejects.toMatchObject({ fault: 'conflict' });
  });

  it('because the original is gone says so', async () => {
    const darkroom = aDarkroom();
    const image = await darkroom.drop('beach.jpg', 'a picture');
    await darkroom.deps.originals.remove(['beach.jpg']);
    await darkroom.finish();
    expect(await darkroom.image(image?.imageId ?? '')).toMatchObject({
      steps: {
        thumbnails: { state: 'failed', reason: expect.stringContaining('no longer there') },
        exif: { state: 'failed' },
      },
    });
  });
});

describe('the sweep', () => {
  it('asks again once for what nobody works on, then gives up', async () => {
    const darkroom = aDarkroom({ captions: false });
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    darkroom.deps.stepQueues.asked.length = 0; // the messages are lost
    expect(await darkroom.sweep()).toEqual({ deleted: 0, requeued: 0, gaveUp: 0 });

    darkroom.pass(3 * 60_000);
    expect(await darkroom.sweep()).toMatchObject({ requeued: 2, gaveUp: 0 });
    expect(await darkroom.sweep()).toMatchObject({ requeued: 0, gaveUp: 0 });
    darkroom.deps.stepQueues.asked.length = 0;
    darkroom.pass(3 * 60_000);
    expect(await darkroom.sweep()).toMatchObject({ gaveUp: 2 });
    expect(await darkroom.image(id)).toMatchObject({
      steps: { thumbnails: { state: 'failed', gaveUp: true }, exif: { state: 'failed' } },
    });
  });

  it('leaves alone what still waits in a queue', async () => {
    const darkroom = aDarkroom({ captions: false });
    await darkroom.drop('beach.jpg', 'a picture');
    darkroom.pass(60 * 60_000);
    expect(await darkroom.sweep()).toEqual({ deleted: 0, requeued: 0, gaveUp: 0 });
    await darkroom.finish();
    expect(await darkroom.deps.images.counts()).toMatchObject({ done: 1 });
  });
});

describe('an image without a caption provider', () => {
  it('is done with its caption skipped, until a provider is set up and it is retried', async () => {
    const darkroom = aDarkroom({ captions: false });
    const image = await darkroom.drop('beach.jpg', 'a picture');
    const id = image?.imageId ?? '';
    await darkroom.finish();
    expect(await darkroom.image(id)).toMatchObject({ steps: { caption: { state: 'skipped' } } });
    await expect(darkroom.retry(id)).rejects.toThrow('No caption provider');

    darkroom.deps.captioning = { ok: true, provider: 'test', model: 'a-model' };
    await darkroom.retry(id);
    await darkroom.finish();
    expect((await darkroom.image(id)).caption).toEqual(aCaption);
  });
});
