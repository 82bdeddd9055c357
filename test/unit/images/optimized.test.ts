import { describe, expect, it } from 'vitest';
import type { Shrink } from '#lib/images/picture.ts';
import { appHarness } from '#test/support/app-harness.ts';

const key = 'batches/a-batch/1-1/shoe.png';

/** Thumbnails are JPEG; the optimized picture stays a PNG here. */
const shrinksToPng: Shrink = async (bytes, _, sizes) => ({
  renditions: sizes.map(({ name }) => ({
    name,
    width: 10,
    height: 10,
    sizeBytes: bytes.length,
    bytes,
    ...(name === 'optimized' && { format: 'png' as const }),
  })),
  placeholder: 'cGxhY2Vob2xkZXI=',
  dominantColor: '#336699',
});

const aBatchesImage = async () => {
  const app = appHarness();
  app.deps.shrink = shrinksToPng;
  const image = await app.drop(key, 'a shoe');
  await app.finish();
  return { app, imageId: image?.imageId ?? '' };
};

describe('a picture of a batch', () => {
  it('gets an optimized rendition beside its thumbnails, under a key without a format', async () => {
    const { app, imageId } = await aBatchesImage();
    const { derived } = app.deps;

    const names = derived.keys().map((name) => name.split('/').at(-1));
    expect(names.toSorted()).toEqual(['medium.jpg', 'optimized', 'small.jpg']);
    const optimized = derived.keys().find((name) => name.endsWith('/optimized')) ?? '';
    const small = derived.keys().find((name) => name.endsWith('/small.jpg')) ?? '';
    expect((await derived.head(optimized))?.contentType).toBe('image/png');
    expect((await derived.head(small))?.contentType).toBe('image/jpeg');
    expect((await app.image(imageId)).renditionSet?.renditions).toHaveLength(3);
  });

  it('loses it when it is deleted', async () => {
    const { app, imageId } = await aBatchesImage();

    await app.remove(imageId);

    expect(app.deps.derived.keys()).toEqual([]);
    expect(app.deps.originals.keys()).toEqual([]);
  });

  it('is described by its largest thumbnail', async () => {
    const app = appHarness();
    const seen: string[] = [];
    app.deps.shrink = async (_bytes, _metadata, sizes) => ({
      renditions: sizes.map(({ name, longestSide }) => {
        const bytes = Buffer.from(name);
        return { name, width: longestSide, height: 10, sizeBytes: bytes.length, bytes };
      }),
      placeholder: 'cGxhY2Vob2xkZXI=',
      dominantColor: '#336699',
    });
    const { describe: describes } = app.deps;
    app.deps.describe = async (jpeg) => {
      seen.push(Buffer.from(jpeg).toString());
      return describes(jpeg);
    };

    await app.drop(key, 'a shoe');
    await app.finish();

    expect(seen).toEqual(['medium']);
  });
});
