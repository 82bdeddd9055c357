import { describe, expect, it, vi } from 'vitest';
import { statusOf } from '#lib/images/image.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { anExif } from '#test/support/image-builder.ts';

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
