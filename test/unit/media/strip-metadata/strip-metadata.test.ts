import sharp from 'sharp';
import { expect, test } from 'vitest';
import { stripAvif } from '#lib/media/strip-metadata/avif.ts';
import { stripGif } from '#lib/media/strip-metadata/gif.ts';
import { isSrgb } from '#lib/media/strip-metadata/icc-profile.ts';
import { stripJpeg } from '#lib/media/strip-metadata/jpeg.ts';
import { stripPng } from '#lib/media/strip-metadata/png.ts';
import { stripMetadata } from '#lib/media/strip-metadata/strip-metadata.ts';
import { stripWebp } from '#lib/media/strip-metadata/webp.ts';
import {
  drawn,
  drawnAnimation,
  drawnBy,
  drawnJpeg,
  phoneExif,
} from '#test/support/drawn-pictures.ts';
import { pngChunk } from '#test/support/hostile-pictures.ts';
import { expectStripped, secret } from './expect-stripped.ts';

test.each([
  ['text', pngChunk('tEXt', Buffer.from(`Author\0${secret}`))],
  ['international text', pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${secret}`))],
  ['a private chunk', pngChunk('prVt', Buffer.from(secret))],
  ['the frames of an animation', pngChunk('fdAT', Buffer.from(`\0\0\0\x01${secret}`))],
])('stripping drops %s from a PNG', async (_, chunk) => {
  const png = await drawnBy.png({ width: 60, height: 40, transparent: 0.5 });
  const end = png.length - 12;
  const added = Buffer.concat([
    png.subarray(0, 33),
    chunk,
    png.subarray(33, end),
    png.subarray(end),
  ]);

  expect(await expectStripped(Buffer.concat([added, Buffer.from(secret)]), 'png')).toEqual(
    stripPng(png),
  );
});

test('stripping preserves the chunks that determine the look of a PNG', async () => {
  const png = await sharp(await drawnBy.png({ width: 60, height: 40 }))
    .png({ palette: true })
    .toBuffer();
  const gamma = pngChunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f]));
  const text = pngChunk('tEXt', Buffer.from(`Author\0${secret}`));
  const added = Buffer.concat([png.subarray(0, 33), gamma, text, png.subarray(33)]);

  const bare = await expectStripped(added, 'png');

  expect([bare.includes('gAMA'), bare.includes('PLTE')]).toEqual([true, true]);
});

const gifBlock = (label: number, data: string) =>
  Buffer.concat([
    Buffer.from([0x21, label, data.length]),
    Buffer.from(data, 'latin1'),
    Buffer.alloc(1),
  ]);

test.each([
  ['a comment', gifBlock(0xfe, secret)],
  ['an application’s block', gifBlock(0xff, `XMP DataXMP${secret}`)],
])('stripping drops %s from a GIF', async (_, block) => {
  const gif = await sharp(await drawnBy.png({ width: 60, height: 40, transparent: 0.5 }))
    .gif()
    .toBuffer();
  const start = 13 + (3 << (((gif[10] ?? 0) & 7) + 1));

  const added = Buffer.concat([
    gif.subarray(0, start),
    block,
    gif.subarray(start),
    Buffer.from(secret),
  ]);

  expect((await expectStripped(added, 'gif')).length).toBeLessThanOrEqual(gif.length);
});

test.each([
  ['lossy', { quality: 50 }],
  ['lossless', { lossless: true }],
])(
  'stripping drops EXIF, XMP and unknown chunks from a %s WebP that is transparent',
  async (_, options) => {
    const picture = await drawn({ width: 60, height: 40, transparent: 0.5, exif: phoneExif });
    const webp = await picture.withXmp(`<x>${secret}</x>`).webp(options).toBuffer();
    const unknown = Buffer.concat([Buffer.from('prVt\x0c\0\0\0'), Buffer.from(`${secret}!`)]);
    const added = Buffer.concat([webp, unknown]);
    added.writeUInt32LE(added.length - 8, 4);

    const bare = await expectStripped(added, 'webp');

    expect(await sharp(bare).metadata()).toMatchObject({ hasAlpha: true, hasProfile: false });
    expect(bare.readUInt32LE(4)).toBe(bare.length - 8);
    expect(bare.toString('latin1', 12, 16) === 'VP8X' ? bare[20] : 0x10).toBe(0x10); // only alpha
  },
);

test.each([false, true])(
  'stripping drops EXIF and XMP from an AVIF (transparent: %s)',
  async (transparent) => {
    const picture = await drawn({
      width: 60,
      height: 40,
      exif: phoneExif,
      ...(transparent && { transparent: 0.5 }),
    });
    const avif = await picture.withXmp(`<x>${secret}</x>`).avif({ effort: 0 }).toBuffer();

    const bare = await expectStripped(avif, 'avif');

    expect((await sharp(bare).metadata()).hasAlpha).toBe(transparent);
    for (const word of ['SERIAL-0042', 'Exif', 'application/rdf+xml'])
      expect([avif.includes(word), bare.includes(word)], word).toEqual([true, false]);
  },
);

test('stripping drops the content of optional boxes from an AVIF', async () => {
  const avif = await drawnBy.avif({ width: 60, height: 40 });
  const box = Buffer.concat([Buffer.from('\0\0\0\0uuid0123456789abcdef'), Buffer.from(secret)]);
  box.writeUInt32BE(box.length);

  const bare = await expectStripped(Buffer.concat([avif, box]), 'avif');

  expect(bare.length).toBe(avif.length + box.length);
  expect(bare.includes('uuid')).toBe(false);
});

test.each([
  ['a JPEG that a tag turns', 'jpeg', () => drawnJpeg({ orientation: 6 })],
  ['a PNG that a tag turns', 'png', () => drawnBy.png({ orientation: 8 })],
  ['a Display P3 JPEG', 'jpeg', async () => (await drawn()).withIccProfile('p3').jpeg().toBuffer()],
  ['a CMYK JPEG', 'jpeg', async () => (await drawn()).toColourspace('cmyk').jpeg().toBuffer()],
  [
    'an AVIF with a profile',
    'avif',
    async () =>
      (await drawn({ width: 40, height: 30 }))
        .withIccProfile('srgb')
        .avif({ effort: 0 })
        .toBuffer(),
  ],
  ['an animated GIF', 'gif', () => drawnAnimation('gif')],
  ['an animated WebP', 'webp', () => drawnAnimation('webp')],
  ['a TIFF, which no browser shows', 'tiff', () => drawnBy.tiff()],
] as const)('stripping does not touch %s', async (_, format, draw) => {
  expect(await stripMetadata(await draw(), format)).toBeUndefined();
});

test.each([
  ['srgb', true],
  ['p3', false],
  ['cmyk', false],
])(
  'stripping knows by its description whether a profile is sRGB: %s',
  async (profile, expected) => {
    const picture = (await drawn({ width: 20, height: 20 })).withIccProfile(profile);
    const { icc } = await sharp(await picture.jpeg().toBuffer()).metadata();

    expect(isSrgb(icc ?? Buffer.alloc(0))).toBe(expected);
    expect(isSrgb(Buffer.from('sRGB'))).toBe(false);
  },
);

const strips = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
  avif: stripAvif,
};

test.each(Object.entries(strips))(
  'stripping never throws for a %s that is broken anywhere',
  async (format, strip) => {
    const draw = drawnBy[format as keyof typeof strips];
    const original = await draw({ width: 64, height: 48, exif: phoneExif });
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return state % below;
    };
    for (let round = 0; round < 2000; round++) {
      const length = round % 2 ? original.length : random(original.length) + 16;
      const broken = Buffer.from(original.subarray(0, length));
      for (let flips = random(12); flips > 0; flips--)
        broken[random(Math.min(broken.length, 900))] = random(256);
      // One byte of padding may come on top; the caller compares.
      expect(strip(broken)?.length ?? 0).toBeLessThanOrEqual(broken.length + 1);
    }
  },
);
