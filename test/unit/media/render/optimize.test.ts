import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { fullSize } from '#lib/images/picture.ts';
import {
  drawn,
  drawnAnimation,
  drawnBy,
  drawnJpeg,
  phoneExif,
} from '#test/support/drawn-pictures.ts';
import {
  distance,
  flat,
  optimized,
  seen,
  seenOnWhite,
  shrunk,
  thumbnails,
  turnedWebp,
  xmp,
} from './optimized.ts';

test.each(['jpeg', 'png', 'tiff'] as const)(
  'optimizing makes a full-size JPEG of quality 80 from a %s',
  async (format) => {
    const original = await drawnBy[format]({ width: 1200, height: 900 });

    const { bytes, width, height, format: made } = await optimized(original);

    expect([width, height, made]).toEqual([1200, 900, undefined]);
    const expected = await sharp(original).jpeg({ quality: 80 }).toBuffer();
    expect(Buffer.from(bytes).equals(expected)).toBe(true);
  },
);

test.each(Object.entries(drawnBy))(
  'optimizing preserves the look of a %s, in no more bytes and without metadata',
  async (_, draw) => {
    const original = await draw({ width: 300, height: 220, exif: phoneExif, orientation: 6 });

    const { bytes, width, height } = await optimized(original);

    expect([width, height]).toEqual([300, 220]);
    expect(distance(await seen(bytes), await seen(original))).toBeLessThan(8);
  },
);

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'optimizing rotates a picture of orientation %i upright, also where quality 80 would be too large',
  async (orientation) => {
    const picture = (await drawn({ width: 320, height: 200 })).withExif(phoneExif);
    const original = await picture.withMetadata({ orientation }).jpeg({ quality: 40 }).toBuffer();

    const { bytes } = await optimized(original);

    expect(distance(await seen(bytes), await seen(original))).toBeLessThan(8);
  },
);

test('optimizing an optimized JPEG again preserves its exact pixels', async () => {
  const original = await (await drawn({ width: 640, height: 480, exif: phoneExif }))
    .withXmp(xmp)
    .withIccProfile('srgb')
    .jpeg({ quality: 40, progressive: true })
    .toBuffer();

  const { bytes, format } = await optimized(original);

  expect(format).toBeUndefined();
  expect(bytes.length).toBeLessThan(original.length - 1000);
  expect(distance(await seen(bytes), await seen(original))).toBe(0);
});

test('optimizing returns a bare JPEG of low quality unchanged', async () => {
  const original = await (await drawn()).jpeg({ quality: 40 }).toBuffer();

  expect(Buffer.from((await optimized(original)).bytes).equals(original)).toBe(true);
});

test.each(['p3', 'cmyk'])(
  'optimizing converts a %s JPEG of low quality to sRGB without its profile',
  async (profile) => {
    const picture = (await drawn({ width: 640, height: 480 })).withIccProfile(profile);
    const original = await picture.jpeg({ quality: 30 }).toBuffer();

    const { bytes, format } = await optimized(original);

    expect(format).toBeUndefined();
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'srgb', hasProfile: false });
    expect(distance(await seen(bytes), await seen(original))).toBeLessThan(10);
  },
);

test.each([false, true])(
  'optimizing only strips the metadata of a PNG that is smaller than JPEG (transparent: %s)',
  async (transparent) => {
    const original = await flat({ transparent })
      .withExif(phoneExif)
      .withXmp(xmp)
      .png({ palette: true })
      .toBuffer();

    const { bytes, format } = await optimized(original);

    expect(format).toBe('png');
    expect(bytes.length).toBeLessThan(original.length - 300);
    expect(distance(await seen(bytes), await seen(original))).toBe(0);
  },
);

test.each([
  ['a turned PNG', (picture: Sharp) => picture.withMetadata({ orientation: 6 }).png()],
  ['a Display P3 PNG', (picture: Sharp) => picture.withIccProfile('p3').png()],
  ['a TIFF', (picture: Sharp) => picture.tiff({ compression: 'deflate' })],
])('optimizing converts %s that is smaller than JPEG losslessly to WebP', async (_, encode) => {
  const original = await encode(flat()).toBuffer();

  const { bytes, format } = await optimized(original);

  expect(format).toBe('webp');
  expect(distance(await seen(bytes), await seen(original))).toBe(0);
});

test('optimizing preserves the transparency of a rotated PNG that is smaller than JPEG', async () => {
  const picture = flat({ transparent: true }).withMetadata({ orientation: 6 });
  const original = await picture.png().toBuffer();

  const { bytes, format } = await optimized(original);

  expect(format).toBe('webp');
  expect(distance(await seenOnWhite(bytes), await seenOnWhite(original))).toBe(0);
  expect((await sharp(bytes).stats()).isOpaque).toBe(false);
});

test('optimizing makes a WebP where no JPEG could be as small', async () => {
  const original = await turnedWebp();

  const { format, width, height } = await optimized(original);

  expect(original.length).toBeLessThan(200);
  expect([format, width, height]).toEqual(['webp', 16, 32]);
});

test('optimizing makes a JPEG of a PNG with 16 bits', async () => {
  const original = await (await drawn()).toColourspace('rgb16').png().toBuffer();

  expect((await optimized(original)).format).toBeUndefined();
});

test('optimizing puts a transparent picture on white where it becomes a JPEG', async () => {
  const original = await drawnBy.png({ width: 300, height: 200, transparent: 0.5 });

  const { bytes, format } = await optimized(original);

  expect(format).toBeUndefined();
  expect(distance(await seen(bytes), await seenOnWhite(original))).toBeLessThan(8);
});

test.each(['gif', 'webp'] as const)(
  'optimizing takes the first frame of an animated %s',
  async (format) => {
    const original = await drawnAnimation(format);

    const { bytes } = await optimized(original);

    expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1);
    const { channels } = await sharp(bytes).stats();
    expect(channels.slice(0, 3).map(({ mean }) => mean)).toEqual(
      [208, 32, 32].map((value) => expect.closeTo(value, -1)),
    );
  },
);

test.each(['webp', 'avif'] as const)(
  'optimizing does not change the pixels of a %s that is smaller than JPEG',
  async (format) => {
    const original = await (await drawn({ exif: phoneExif, width: 480, height: 320 }))
      .withXmp(xmp)
      [format]({ quality: 30 })
      .toBuffer();
    expect(original.includes('SERIAL-0042')).toBe(true);

    const { bytes, format: made } = await optimized(original);

    expect(made).toBe(format);
    expect(distance(await seen(bytes), await seen(original))).toBe(0);
  },
);

test('optimizing does not change the pixels of a GIF that is smaller than JPEG', async () => {
  const original = await flat({ transparent: true }).gif().toBuffer();

  const { bytes, format } = await optimized(original);

  expect(format).toBe('gif');
  expect(distance(await seen(bytes), await seen(original))).toBe(0);
});

test.each(Object.keys(drawnBy) as (keyof typeof drawnBy)[])(
  'optimizing is never larger than the tiniest %s',
  async (format) => {
    for (const side of [1, 3, 16])
      for (const orientation of format === 'gif' ? [1] : [1, 6]) {
        const picture = sharp({
          create: { width: side, height: side, channels: 3, background: '#a53' },
        });
        if (orientation > 1) picture.withMetadata({ orientation });
        const { width, height } = await optimized(await picture[format]().toBuffer());
        expect([width, height]).toEqual([side, side]);
      }
  },
);

test('a picture smaller than its thumbnails is decoded once, with the same thumbnails', async () => {
  const original = await drawnJpeg({ width: 500, height: 300 });

  const [withIt, without] = [await shrunk(original), await shrunk(original, thumbnails)];

  expect(withIt).toEqual({ ...without, renditions: [...without.renditions, expect.anything()] });
});

test('thumbnails are the same with and without a full size beside them', async () => {
  const original = await drawnJpeg({ width: 2400, height: 1600 });

  const [withIt, without] = [await shrunk(original), await shrunk(original, thumbnails)];

  for (const [at, { bytes, width }] of without.renditions.entries()) {
    expect(withIt.renditions[at]?.width).toBe(width);
    expect(
      distance(await seen(withIt.renditions[at]?.bytes ?? bytes), await seen(bytes)),
    ).toBeLessThan(3);
  }
});

test('a full size can be rendered alone', async () => {
  const made = await shrunk(await drawnJpeg(), [{ name: 'whole', longestSide: fullSize }]);

  expect(made.renditions.map(({ name, width }) => [name, width])).toEqual([['whole', 640]]);
});
