import ExifReader from 'exifreader';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import {
  drawn,
  drawnAnimation,
  drawnBy,
  drawnJpeg,
  drawnPng,
  phoneExif,
} from '#test/support/drawn-pictures.ts';
import { hostilePictures } from '#test/support/hostile-pictures.ts';

const sizes = [
  { name: 'small', longestSide: 200 },
  { name: 'medium', longestSide: 800 },
];

const shrink = async (bytes: Uint8Array, wanted = sizes) => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) throw new Error(inspected.refusal.reason);
  return sharpShrink(bytes, inspected.metadata, wanted);
};

const shrunk = async (bytes: Uint8Array, wanted = sizes) => {
  const made = await shrink(bytes, wanted);
  if ('refusal' in made) throw new Error(made.refusal.reason);
  return made;
};

/** Mean of each channel of the first rendition. */
const meanColor = async (bytes: Uint8Array) => {
  const [first] = (await shrunk(bytes)).renditions;
  const { channels } = await sharp(first?.bytes).stats();
  return channels.map(({ mean }) => Math.round(mean));
};

const near = (expected: number[], tolerance = 5) =>
  expected.map((value) => expect.toSatisfy((mean: number) => Math.abs(mean - value) < tolerance));

test.each(Object.entries(drawnBy))(
  'shrinking makes every size of a %s as a JPEG',
  async (_, draw) => {
    const { renditions, placeholder, dominantColor } = await shrunk(
      await draw({ width: 1200, height: 900 }),
    );

    expect(renditions.map(({ name, width, height }) => [name, width, height])).toEqual([
      ['small', 200, 150],
      ['medium', 800, 600],
    ]);
    for (const { bytes, sizeBytes, width } of renditions) {
      expect(bytes.length).toBe(sizeBytes);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, space: 'srgb' });
    }
    expect(Buffer.from(placeholder, 'base64').length).toBeGreaterThan(5);
    expect(dominantColor).toMatch(/^#[0-9a-f]{6}$/);
  },
);

test('shrinking never enlarges', async () => {
  const { renditions } = await shrunk(await drawnJpeg({ width: 300, height: 150 }));

  expect(renditions.map(({ width, height }) => [width, height])).toEqual([
    [200, 100],
    [300, 150],
  ]);
});

test.each([
  [1, 1],
  [1, 5000],
  [5000, 1],
])('shrinking makes at least a pixel of %i × %i', async (width, height) => {
  const { renditions } = await shrunk(await drawnPng({ width, height }));

  for (const rendition of renditions) expect(Math.min(rendition.width, rendition.height)).toBe(1);
});

test('shrinking gives the same upright picture for every orientation', async () => {
  const drawing = { width: 640, height: 420 };
  const upright = await shrunk(await drawnJpeg(drawing));
  const [expected] = await Promise.all(upright.renditions.map(({ bytes }) => toPixels(bytes)));

  for (const orientation of [1, 3, 6, 8] as const) {
    const turned = await shrunk(await drawnJpeg({ ...drawing, orientation }));
    const [small] = turned.renditions;
    const pixels = await toPixels(small?.bytes);

    expect([small?.width, small?.height]).toEqual([200, 131]);
    expect(distance(pixels, expected)).toBeLessThan(4);
    expect(turned.dominantColor.slice(0, 2)).toBe(upright.dominantColor.slice(0, 2));
  }
});

const toPixels = (jpeg: Uint8Array | undefined) => sharp(jpeg).raw().toBuffer();

/** Mean difference of two pictures, 0 to 255. */
const distance = (one: Buffer, other: Buffer | undefined) =>
  one.reduce((sum, value, at) => sum + Math.abs(value - (other?.[at] ?? 0)), 0) / one.length;

test.each(['png', 'webp', 'avif', 'tiff'] as const)(
  'shrinking shows white where a %s is transparent',
  async (format) => {
    const bytes = await drawnBy[format]({ width: 300, height: 200, transparent: 0.5 });
    const { renditions, dominantColor } = await shrunk(bytes);
    const corner = { left: 0, top: 0, width: 60, height: 60 };

    const cornerPixels = await sharp(renditions[0]?.bytes).extract(corner).png().toBuffer();
    const { channels } = await sharp(cornerPixels).stats();

    expect(channels.map(({ mean }) => Math.round(mean))).toEqual([255, 255, 255]);
    expect(dominantColor).toBe('#ffffff');
  },
);

test.each(['gif', 'webp'] as const)(
  'shrinking takes the first frame of an animated %s',
  async (format) => {
    expect(await meanColor(await drawnAnimation(format))).toEqual(near([208, 32, 32]));
  },
);

const brick = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#966e5a' } });

test.each<[string, (picture: Sharp) => Sharp]>([
  ['16-bit PNG', (picture) => picture.toColourspace('rgb16').png()],
  ['palette PNG', (picture) => picture.png({ palette: true })],
  ['Display P3 JPEG', (picture) => picture.withIccProfile('p3').jpeg()],
  ['Display P3 AVIF', (picture) => picture.withIccProfile('p3').avif({ effort: 0 })],
  ['10-bit AVIF', (picture) => picture.avif({ effort: 0, bitdepth: 10 })],
])('shrinking preserves the colour of a %s', async (_, encode) => {
  expect(await meanColor(await encode(brick()).toBuffer())).toEqual(near([150, 110, 90]));
});

test.each(['jpeg', 'tiff'] as const)('shrinking converts a CMYK %s to sRGB', async (format) => {
  const printed = brick().toColourspace('cmyk').withIccProfile('cmyk')[format]();

  // There and back through libvips' small press profile costs up to 20 levels of blue.
  expect(await meanColor(await printed.toBuffer())).toEqual(near([150, 110, 90], 22));
});

test('shrinking makes a colour JPEG of a grey picture', async () => {
  const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: '#787878' } });

  expect(await meanColor(await grey.toColourspace('b-w').jpeg().toBuffer())).toEqual(
    near([120, 120, 120]),
  );
});

test('the dominant colour is the most frequent one, not the mean', async () => {
  const half = (background: string) =>
    sharp({ create: { width: 100, height: 300, channels: 3, background } })
      .png()
      .toBuffer();
  const flag = await sharp(await half('#1040a0'))
    .extend({ right: 150, background: '#f0d010' })
    .png()
    .toBuffer();

  expect((await shrunk(flag)).dominantColor).toBe('#f0d010');
});

test.each(['jpeg', 'png', 'webp', 'avif'] as const)(
  'shrinking removes all metadata of a %s: no camera, no place, no profile',
  async (format) => {
    const bytes = await drawnBy[format]({ exif: phoneExif, orientation: 6 });
    const before = ExifReader.load(bytes, { expanded: true });
    expect(before.exif?.['Make']).toBeDefined();

    for (const rendition of (await shrunk(bytes)).renditions) {
      const after = ExifReader.load(Buffer.from(rendition.bytes), { expanded: true });
      expect([after.exif, after.gps, after.icc, after.xmp, after.iptc]).toEqual(
        Array(5).fill(undefined),
      );
      expect(Buffer.from(rendition.bytes).includes('SERIAL-0042')).toBe(false);
      expect(Buffer.from(rendition.bytes).includes('Exif')).toBe(false);
    }
  },
);

test('shrinking is deterministic: the same picture gives the same bytes', async () => {
  const bytes = await drawnJpeg({ width: 900, height: 600 });

  expect(await shrink(bytes)).toEqual(await shrink(bytes));
});

test.each(['jpeg', 'png', 'gif', 'avif', 'tiff'] as const)(
  'shrinking refuses a truncated %s with a sentence of its own',
  async (format) => {
    const whole = await drawnBy[format]({ width: 500, height: 400 });
    const directoryFirst = format === 'tiff' ? await drawBigTiff() : whole;
    const cut = directoryFirst.subarray(0, Math.round(directoryFirst.length * 0.6));
    const metadata = { width: 500, height: 400, format };

    const made = await sharpShrink(cut, metadata, sizes);

    expect(made).toEqual({
      refusal: {
        kind: 'contents',
        code: expect.stringMatching(/^(truncated|damaged)_file$/),
        reason: expect.stringMatching(/^The [A-Z]+ picture .+\.$/),
      },
    });
    expect(JSON.stringify(made)).not.toMatch(/vips|libpng|\\n|unknown/i);
  },
);

const drawBigTiff = async () =>
  (await drawn({ width: 500, height: 400 }))
    .tiff({ bigtiff: true, compression: 'none' })
    .toBuffer();

test('shrinking refuses the hostile pictures that only decoding reveals', async () => {
  const late = (await hostilePictures()).filter(({ expected }) => expected === 'failed later');
  expect(late.length).toBeGreaterThan(0);

  for (const { bytes } of late)
    expect(await shrink(bytes)).toEqual({
      refusal: {
        kind: 'contents',
        code: expect.stringMatching(/^(truncated|damaged)_file$/),
        reason: expect.stringMatching(/^The .+\.$/),
      },
    });
});
