import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { RenderPlan } from '#lib/delivery/render.ts';
import type { Format } from '#lib/images/picture.ts';
import { sharpRenderVariant } from '#lib/media/render/render-variant.ts';
import { drawnJpeg, drawnPng, drawnWebp, phoneExif } from '#test/support/drawn-pictures.ts';

const rendered = async (bytes: Uint8Array, format: Format, plan: RenderPlan) => {
  const { width, height } = (await sharp(bytes).metadata()).autoOrient;
  const made = await sharpRenderVariant({ bytes, metadata: { width, height, format } }, plan);
  if ('refusal' in made) throw new Error(made.refusal.reason);
  const metadata = await sharp(made.bytes).metadata();
  const { data, info } = await sharp(made.bytes).raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => {
    const at = (Math.floor(y) * info.width + Math.floor(x)) * info.channels;
    return [...data.subarray(at, at + info.channels)];
  };
  return { ...made, metadata, pixel };
};
const plan = (encoding: RenderPlan['encoding'], more: Partial<RenderPlan> = {}): RenderPlan => ({
  width: 320,
  height: 240,
  encoding,
  ...more,
});

describe('render a variant', () => {
  test.each([
    ['jpg', 'jpeg', 'image/jpeg'],
    ['webp', 'webp', 'image/webp'],
    ['avif', 'heif', 'image/avif'],
    ['png', 'png', 'image/png'],
    ['auto', 'jpeg', 'image/jpeg'],
  ] as const)('%s of a photo is %s of the planned size', async (encoding, format, contentType) => {
    const made = await rendered(await drawnJpeg(), 'jpeg', plan(encoding));
    expect(made.contentType).toBe(contentType);
    expect(made.metadata).toMatchObject({ format, width: 320, height: 240 });
  });

  test('every orientation is rendered upright, without camera metadata', async () => {
    for (const orientation of [1, 3, 6, 8] as const) {
      const bytes = await drawnJpeg({ orientation, exif: phoneExif });
      for (const encoding of ['jpg', 'webp', 'avif', 'png'] as const) {
        const made = await rendered(bytes, 'jpeg', plan(encoding));
        const [red = 0, green = 0] = made.pixel(64, 60); // the sun
        expect(red - green, `${encoding} of orientation ${orientation}`).toBeGreaterThan(120);
        const { exif, icc, xmp, orientation: tag } = made.metadata;
        expect([exif, icc, xmp, tag ?? 1]).toEqual([undefined, undefined, undefined, 1]);
      }
    }
  });

  test('transparency is preserved, except in a JPEG, where it becomes white', async () => {
    for (const [bytes, format] of [
      [await drawnPng({ transparent: 0.5 }), 'png'],
      [await drawnWebp({ transparent: 0.5 }), 'webp'],
    ] as const) {
      for (const encoding of ['avif', 'webp', 'png', 'auto'] as const) {
        const { pixel } = await rendered(bytes, format, plan(encoding));
        expect(pixel(20, 120)[3], `${encoding} of ${format}`).toBe(0);
        expect(pixel(300, 120)[3]).toBe(255);
      }
      const { pixel } = await rendered(bytes, format, plan('jpg'));
      expect(Math.min(...pixel(20, 120))).toBeGreaterThan(245);
    }
  });

  test('auto is PNG only where the picture is transparent', async () => {
    const transparent = await drawnPng({ transparent: 0.5 });
    const idle = await sharp(await drawnPng())
      .ensureAlpha()
      .png()
      .toBuffer();
    expect((await rendered(transparent, 'png', plan('auto'))).contentType).toBe('image/png');
    expect((await rendered(idle, 'png', plan('auto'))).contentType).toBe('image/jpeg');
    expect((await rendered(idle, 'png', plan('webp'))).metadata.hasAlpha).toBe(false);
  });

  test('a colour profile is applied and not embedded', async () => {
    const p3 = await sharp({
      create: { width: 64, height: 48, channels: 3, background: '#ff0000' },
    })
      .withIccProfile('p3')
      .jpeg({ quality: 95 })
      .toBuffer();
    const { metadata, pixel } = await rendered(p3, 'jpeg', plan('png', { width: 64, height: 48 }));
    expect(metadata.icc).toBeUndefined();
    expect(pixel(10, 10)[0]).toBeGreaterThan(250);
  });

  test('a crop follows the focal point', async () => {
    const bytes = await drawnJpeg({ orientation: 6 });
    const at = (left: number) =>
      plan('jpg', { width: 200, crop: { width: 320, height: 240, left, top: 0 } });
    const left = await rendered(bytes, 'jpeg', at(0));
    const right = await rendered(bytes, 'jpeg', at(120));
    expect(left.metadata).toMatchObject({ width: 200, height: 240 });
    const isSun = ([red = 0, green = 0]: number[]) => red - green > 120;
    expect([isSun(left.pixel(64, 60)), isSun(right.pixel(64, 60))]).toEqual([true, false]);
  });

  test('without a focal point a crop contains the salient region', async () => {
    const dull = {
      create: { width: 900, height: 300, channels: 3, background: '#808080' },
    } as const;
    const mark = { create: { width: 90, height: 90, channels: 3, background: '#e02010' } } as const;
    const spot = await sharp(mark).png().toBuffer();
    const bytes = await sharp(dull)
      .composite([{ input: spot, left: 780, top: 100 }])
      .jpeg()
      .toBuffer();
    const square = plan('png', { width: 100, height: 100, crop: 'attention' });
    const { pixel } = await rendered(bytes, 'jpeg', square);
    const reds = [10, 30, 50, 70, 90]
      .map((x) => pixel(x, 48))
      .filter(([r = 0, g = 0]) => r - g > 120);
    expect(reds.length).toBeGreaterThan(0);
  });

  test('a lower quality gives fewer bytes in every lossy encoding', async () => {
    const bytes = await drawnJpeg();
    for (const encoding of ['jpg', 'webp', 'avif'] as const) {
      const sizes = await Promise.all(
        [100, 80, 40, 1].map(async (quality) => {
          const made = await rendered(bytes, 'jpeg', plan(encoding, { quality }));
          return made.bytes.length;
        }),
      );
      expect(sizes, encoding).toEqual(sizes.toSorted((one, other) => other - one));
    }
  });

  test('a truncated picture is refused with a sentence', async () => {
    const bytes = (await drawnJpeg()).subarray(0, 9000);
    const made = await sharpRenderVariant(
      { bytes, metadata: { width: 640, height: 480, format: 'jpeg' } },
      plan('avif'),
    );
    expect(made).toMatchObject({ refusal: { reason: expect.stringContaining('ends too soon') } });
  });
});
