import { describe, expect, it } from 'vitest';
import { variantKey } from '#lib/delivery/variants.ts';
import { statusOf } from '#lib/images/image.ts';
import { appHarness } from '#test/support/app-harness.ts';

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
