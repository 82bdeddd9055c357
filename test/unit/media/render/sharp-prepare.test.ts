import ExifReader from 'exifreader';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { sharpPrepare } from '#lib/media/render/sharp-prepare.ts';
import {
  drawn,
  drawnAnimation,
  drawnBy,
  drawnJpeg,
  drawnPng,
  phoneExif,
} from '#test/support/drawn-pictures.ts';
import { hostilePictures } from '#test/support/hostile-pictures.ts';

const roomy = { maxSide: 4096, maxBytes: 20_000_000 };

const prepared = async (bytes: Uint8Array, limits = roomy) => {
  const answer = await sharpPrepare(bytes, limits);
  if ('refusal' in answer) throw new Error(answer.refusal.reason);
  const { contentType, width, height } = answer;
  expect(await sharp(answer.bytes).metadata()).toMatchObject({
    mediaType: contentType,
    width,
    height,
    space: 'srgb',
    depth: 'uchar',
    hasProfile: false,
  });
  expect(Math.max(width, height)).toBeLessThanOrEqual(limits.maxSide);
  expect(answer.bytes.length).toBeLessThanOrEqual(limits.maxBytes);
  return answer;
};

test.each(Object.entries(drawnBy))(
  'preparing sends a %s as JPEG of its own size',
  async (_, draw) => {
    const { contentType, width, height } = await prepared(await draw({ width: 320, height: 200 }));

    expect([contentType, width, height]).toEqual(['image/jpeg', 320, 200]);
  },
);

test.each(['png', 'webp', 'avif', 'tiff'] as const)(
  'preparing sends a transparent %s as PNG',
  async (format) => {
    const { contentType, bytes } = await prepared(
      await drawnBy[format]({ width: 200, height: 100, transparent: 0.5 }),
    );

    expect(contentType).toBe('image/png');
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const alphaAt = (x: number) => data[(50 * info.width + x) * 4 + 3];
    expect([info.channels, alphaAt(10), alphaAt(190)]).toEqual([4, 0, 255]);
  },
);

test('preparing treats a fully opaque alpha channel as no transparency', async () => {
  const opaque = await (await drawn()).ensureAlpha().png().toBuffer();

  expect((await prepared(opaque)).contentType).toBe('image/jpeg');
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'preparing rotates a picture upright from orientation %i',
  async (orientation) => {
    const original = await (await drawn({ width: 300, height: 200 }))
      .withMetadata({ orientation })
      .jpeg()
      .toBuffer();

    const { bytes, width, height } = await prepared(original);

    expect([width, height]).toEqual(orientation < 5 ? [300, 200] : [200, 300]);
    const readCorner = async (picture: Sharp) => {
      const upright = await picture.png().toBuffer();
      const { channels } = await sharp(upright).resize(1, 1).stats();
      const { data } = await sharp(upright)
        .resize(4, 4, { fit: 'fill' })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return [...data, ...channels.map(({ mean }) => mean)];
    };
    const expected = await readCorner(sharp(original).autoOrient());
    const actual = await readCorner(sharp(bytes));
    for (const [at, value] of actual.entries()) expect(value).toBeCloseTo(expected[at] ?? -1, -1);
  },
);

test.each([
  ['Display P3 JPEG', async () => (await drawn()).withIccProfile('p3').jpeg().toBuffer()],
  [
    'CMYK JPEG',
    async () => (await drawn()).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
  ],
  ['grey JPEG', async () => (await drawn()).toColourspace('b-w').jpeg().toBuffer()],
  ['16-bit PNG', async () => (await drawn()).toColourspace('rgb16').png().toBuffer()],
])('preparing sends a %s in sRGB', async (_, draw) => {
  expect((await prepared(await draw())).contentType).toBe('image/jpeg');
});

test.each(['gif', 'webp'] as const)(
  'preparing sends the first frame of an animated %s',
  async (format) => {
    const { bytes, height } = await prepared(await drawnAnimation(format));

    expect(height).toBe(48);
    const [red, green] = (await sharp(bytes).stats()).channels;
    expect([red?.mean, green?.mean]).toEqual([expect.closeTo(208, -1), expect.closeTo(32, -1)]);
  },
);

test.each([false, true])(
  'preparing removes all metadata (transparent: %s)',
  async (transparent) => {
    const original = await drawnBy.png({
      exif: phoneExif,
      orientation: 6,
      ...(transparent && { transparent: 0.5 }),
    });
    expect(ExifReader.load(original, { expanded: true }).exif?.['Make']).toBeDefined();

    const { bytes } = await prepared(original);

    const { exif, gps, icc, xmp, iptc } = ExifReader.load(Buffer.from(bytes), { expanded: true });
    expect([exif, gps, icc, xmp, iptc]).toEqual(Array(5).fill(undefined));
    expect(Buffer.from(bytes).includes('SERIAL-0042')).toBe(false);
  },
);

test('preparing shrinks to the longest side, and preserves the aspect ratio', async () => {
  const { width, height } = await prepared(await drawnJpeg({ width: 900, height: 600 }), {
    ...roomy,
    maxSide: 300,
  });

  expect([width, height]).toEqual([300, 200]);
});

test('preparing lowers the quality before the size', async () => {
  const original = await drawnJpeg({ width: 600, height: 400 });
  const { bytes } = await prepared(original);

  const coarser = await prepared(original, { ...roomy, maxBytes: Math.round(bytes.length * 0.8) });
  const smaller = await prepared(original, { ...roomy, maxBytes: Math.round(bytes.length * 0.3) });

  expect(coarser.width).toBe(600);
  expect(smaller.width).toBeLessThan(600);
  expect(smaller.width / smaller.height).toBeCloseTo(1.5, 1);
});

test('preparing shrinks a transparent picture until it fits', async () => {
  const original = await drawnPng({ width: 400, height: 300, transparent: 0.3 });

  const { contentType, width } = await prepared(original, { ...roomy, maxBytes: 40_000 });

  expect(contentType).toBe('image/png');
  expect(width).toBeLessThan(400);
});

test('preparing refuses a limit that not even one pixel meets', async () => {
  expect(await sharpPrepare(await drawnJpeg(), { maxSide: 1024, maxBytes: 10 })).toEqual({
    refusal: {
      kind: 'contents',
      code: 'file_too_large',
      reason: expect.stringMatching(/^The picture cannot .+ 10 bytes\.$/),
    },
  });
});

test('preparing refuses every hostile picture with a sentence', async () => {
  for (const { bytes, name, expected } of await hostilePictures()) {
    const answer = await sharpPrepare(bytes, roomy);
    const refusal = 'refusal' in answer ? answer.refusal : undefined;
    expect(refusal?.reason, `${name} ${expected}`).toMatch(/^(invalid file format: |[A-Z]).+\.$/);
  }
});
