import { describe, expect, test } from 'vitest';
import { listPresets } from '#lib/delivery/preset.ts';
import { removeVariants } from '#lib/delivery/variants.ts';
import { deliveryHarness } from '#test/support/delivery-harness.ts';

const deliveredText = (delivered: object) =>
  'bytes' in delivered && delivered.bytes instanceof Uint8Array
    ? Buffer.from(delivered.bytes).toString()
    : undefined;

describe('deliver', () => {
  test('the first request renders and stores a variant, the second is served from the store', async () => {
    const { imageId, get, find, renders, deps } = await deliveryHarness();
    expect(deliveredText(await get(imageId, 'large', { ending: 'webp' }))).toBe('2048x1536');
    expect(deliveredText(await get(imageId, 'large', { ending: 'webp' }))).toBe('2048x1536');
    expect(renders).toHaveLength(1);
    const { version } = await find(imageId, 'large');
    expect(deps.variants.keys()).toEqual([`i/${imageId}/large.${version}.webp`]);
  });

  test('a variant equal to a rendition of ingest is served without rendering, and not stored twice', async () => {
    const { imageId, get, renders, deps } = await deliveryHarness();
    expect(deliveredText(await get(imageId, 'small'))).toBe('a photo');
    expect(deliveredText(await get(imageId, 'small', { ending: 'jpg' }))).toBe('a photo');
    expect(renders).toEqual([]);
    expect(deps.variants.keys()).toEqual([]);
  });

  test('a size that has changed since ingest is rendered again, for old images too', async () => {
    const { imageId, get, deps, renders } = await deliveryHarness();
    deps.presets = listPresets([{ name: 'small', longestSide: 300 }], []);
    expect(deliveredText(await get(imageId, 'small'))).toBe('300x225');
    expect(renders).toHaveLength(1);
  });

  test('a variant is rendered from the smallest copy that has enough pixels', async () => {
    const { imageId, get, renders, deps } = await deliveryHarness();
    await get(imageId, 'w320', { ending: 'avif' }); // of medium, 800 wide
    await get(imageId, 'w800', { ending: 'avif' }); // of the original: large is not there yet
    await get(imageId, 'large', { ending: 'jpg' });
    await get(imageId, 'w1080', { ending: 'avif' }); // of large
    await get(imageId, 'w1600', { ending: 'avif' }); // large is too small for it
    expect(renders.map(({ from }) => from)).toEqual([
      'jpeg of a photo',
      'jpeg of a photo',
      'jpeg of a photo',
      'jpeg of 2048x1536',
      'jpeg of a photo',
    ]);
    expect(deps.variants.saves).toHaveLength(5);
  });

  test('pictures that may be transparent are not rendered from JPEG renditions', async () => {
    const { imageId, get, change, deps, renders } = await deliveryHarness();
    await change(imageId, { metadata: { width: 4000, height: 3000, format: 'png' } });
    const read: string[] = [];
    const { read: readDerived } = deps.derived;
    deps.derived.read = (key) => {
      read.push(key);
      return readDerived(key);
    };
    await get(imageId, 'w320', { ending: 'avif' });
    await get(imageId, 'small');
    expect(read).toEqual([]);
    expect(renders.map(({ from, encoding }) => [from, encoding])).toEqual([
      ['png of a photo', 'avif'],
      ['png of a photo', 'auto'],
    ]);
  });

  test('a HEIC is decoded once into a stored large copy, from which its variants are rendered', async () => {
    const { imageId, get, change, renders, deps } = await deliveryHarness();
    await change(imageId, { metadata: { width: 4000, height: 3000, format: 'heic' } });
    await Promise.all(['w640', 'w800', 'w1080'].map((p) => get(imageId, p, { ending: 'avif' })));
    const sources = renders.map(({ from, encoding }) => [from, encoding]);
    expect(sources.filter(([from]) => from === 'heic of a photo')).toEqual([
      ['heic of a photo', 'jpg'],
    ]);
    expect(deps.variants.keys()).toHaveLength(4);
    await get(imageId, 'w3840', { ending: 'avif' });
    expect(renders.at(-1)?.from).toBe('heic of a photo');
    await get(imageId, 'w320', { ending: 'avif' });
    expect(renders.at(-1)?.from).toBe('jpeg of a photo'); // a thumbnail is large enough
  });

  test('a hundred concurrent requests for a variant cause one render', async () => {
    const { imageId, get, renders, deps } = await deliveryHarness();
    const all = await Promise.all(
      Array.from({ length: 100 }, () => get(imageId, 'w640', { ending: 'avif' })),
    );
    expect(new Set(all.map(deliveredText))).toEqual(new Set(['640x480']));
    expect([renders.length, deps.variants.saves.length]).toEqual([1, 1]);
  });

  test('the number of concurrent renders is bounded', async () => {
    const { imageId, get, deps } = await deliveryHarness();
    let [running, most] = [0, 0];
    const { render } = deps;
    deps.render = async (source, plan) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return render(source, plan);
    };
    await Promise.all(
      ['w160', 'w320', 'w480', 'w640', 'w800'].map((preset) =>
        get(imageId, preset, { ending: 'avif' }),
      ),
    );
    expect(most).toBe(2);
  });

  test('a picture that cannot be decoded is refused with the reason, and not retried', async () => {
    const { imageId, get, deps, app } = await deliveryHarness();
    let tries = 0;
    deps.render = async () => {
      tries++;
      return { refusal: { kind: 'contents', reason: 'The JPEG picture is damaged.' } };
    };
    for (const preset of ['w1600', 'w1600', 'w1920'])
      await expect(get(imageId, preset)).rejects.toMatchObject({
        code: 'unreadable_file',
        message: 'The JPEG picture is damaged.',
      });
    expect(tries).toBe(1);
    const { key } = await app.image(imageId);
    await app.drop(String(key), 'a sound photo');
    await app.finish();
    await expect(get(imageId, 'w1600')).rejects.toThrow('damaged');
    expect(tries).toBe(2);
  });

  test('an error of the machine is not cached', async () => {
    const { imageId, get, deps, renders } = await deliveryHarness();
    const { render } = deps;
    deps.render = async () => {
      throw new Error('out of memory');
    };
    await expect(get(imageId, 'w1600')).rejects.toThrow('out of memory');
    deps.render = render;
    await get(imageId, 'w1600');
    expect(renders).toHaveLength(1);
  });

  test('a variant too large for a response is redirected to, each time', async () => {
    const { imageId, get, deps } = await deliveryHarness();
    deps.render = async () => ({ bytes: Buffer.alloc(4_000_001), contentType: 'image/png' });
    const first = await get(imageId, 'w3840', { ending: 'png' });
    expect(first).toEqual({
      from: 'made',
      sizeBytes: 4_000_001,
      url: expect.stringContaining(`/i/${imageId}/w3840.`),
    });
    expect(await get(imageId, 'w3840', { ending: 'png' })).toEqual({ ...first, from: 'stored' });
  });

  test('a delivery that ends after the deletion of its image stores nothing', async () => {
    const { imageId, get, deps, app } = await deliveryHarness();
    const { render } = deps;
    deps.render = async (source, plan) => {
      await app.remove(imageId);
      return render(source, plan);
    };
    await expect(get(imageId, 'w1600')).rejects.toThrow('Image not found');
    expect(deps.variants.saves).toHaveLength(1);
    expect(deps.variants.keys()).toEqual([]);
  });

  test('a delivery that ends after its picture was replaced stores nothing under the new version', async () => {
    const { imageId, get, deps, app } = await deliveryHarness();
    const { key } = await app.image(imageId);
    const { render } = deps;
    deps.render = async (source, plan) => {
      await app.drop(String(key), 'a new photo');
      return render(source, plan);
    };
    await expect(get(imageId, 'w1600')).rejects.toMatchObject({ retryAfterSeconds: 2 });
    expect(deps.variants.keys()).toEqual([]);
    deps.render = render;
    await app.finish();
    await get(imageId, 'w1600');
    expect(deps.variants.keys()).toHaveLength(1);
  });

  test('replacing a picture deletes its variants, and invalidates them in the CDN', async () => {
    const { imageId, get, find, deps, app } = await deliveryHarness();
    const { key } = await app.image(imageId);
    await get(imageId, 'w160', { ending: 'avif' });
    const before = await find(imageId, 'w160');
    await app.drop(String(key), 'a new photo');
    await app.finish();
    expect(deps.variants.keys()).toEqual([]);
    expect(app.purged).toEqual([imageId]);

    await get(imageId, 'w160', { ending: 'avif' });
    await app.register(key); // the event comes again, and takes nothing that is current
    expect(deps.variants.keys()).toHaveLength(1);
    expect(await find(imageId, 'w160', { v: before.version })).toMatchObject({ isCurrent: false });
  });

  test('a picture that is being replaced gets a response to retry later', async () => {
    const { imageId, get, deps, app } = await deliveryHarness();
    const { key } = await app.image(imageId);
    await deps.originals.write(String(key), Buffer.from('new'), { contentType: 'image/jpeg' });
    await expect(get(imageId, 'w1600')).rejects.toMatchObject({ retryAfterSeconds: 2 });
  });

  test('removing the variants of an image leaves those of others', async () => {
    const { imageId, get, deps, app } = await deliveryHarness();
    const other = await app.upload('another photo');
    await app.register(other.key);
    await app.finish();
    for (const id of [imageId, other.imageId])
      for (const preset of ['w160', 'large']) await get(id, preset, { ending: 'avif' });
    await removeVariants(imageId, deps);
    expect(deps.variants.keys()).toHaveLength(2);
    for (const key of deps.variants.keys()) expect(key).toContain(`/${other.imageId}/`);
  });
});
