import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import type { Format } from '#lib/images/picture.ts';
import { findLimitViolation } from '#lib/media/inspect/limits.ts';
import { detectKind } from '#lib/media/inspect/magic-bytes.ts';
import { sharp } from '#lib/media/sharp.ts';
import { faultsOfReason } from '#test/corpus/check-reason.ts';
import { sayingLittle, withFrames } from '#test/corpus/kinds/avif-frames.ts';
import { drawn, drawnAvif } from '#test/support/drawn-pictures.ts';
import { short, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';
import { avifBlock, avifStill } from './avif-block.ts';

type Way = (picture: Sharp) => Sharp;

const detectFormat = (bytes: Buffer): Format => {
  const kind = detectKind(bytes);
  if (!kind || 'other' in kind) throw new Error('It is no picture.');
  return kind.format;
};

/** The verdict on a small picture whose header claims a square of that many pixels. */
const refusalAt = async (megapixels: number, bytes: Buffer): Promise<string | undefined> => {
  const header = await sharp(bytes).metadata();
  const side = Math.floor(Math.sqrt(megapixels * 1e6));
  return findLimitViolation({ ...header, width: side, height: side }, detectFormat(bytes), bytes)
    ?.reason;
};

const written = async (way: Way): Promise<Buffer> =>
  way(await drawn({ width: 64, height: 48 })).toBuffer();

const colourful = { chromaSubsampling: '4:4:4' };

test.each<[string, number, Way]>([
  ['a baseline JPEG of a telephone', 268, (it) => it.jpeg()],
  ['a baseline JPEG in all colours', 268, (it) => it.jpeg(colourful)],
  ['a progressive JPEG of a telephone', 50, (it) => it.jpeg({ progressive: true })],
  ['a progressive JPEG in all colours', 36, (it) => it.jpeg({ ...colourful, progressive: true })],
  ['a progressive JPEG in CMYK', 27, (it) => it.toColourspace('cmyk').jpeg({ progressive: true })],
  ['a CMYK JPEG', 268, (it) => it.toColourspace('cmyk').jpeg()],
  ['a PNG', 268, (it) => it.png()],
  ['a deep PNG', 200, (it) => it.toColourspace('rgb16').png()],
  ['a deep, transparent PNG', 200, (it) => it.ensureAlpha(0.5).toColourspace('rgb16').png()],
  ['an interlaced PNG', 50, (it) => it.png({ progressive: true })],
  ['an interlaced, deep PNG', 30, (it) => it.toColourspace('rgb16').png({ progressive: true })],
  ['a lossy WebP', 268, (it) => it.webp()],
  ['a lossless WebP', 50, (it) => it.webp({ lossless: true })],
  ['a GIF', 47, (it) => it.gif()],
  ['a TIFF', 268, (it) => it.tiff({ compression: 'lzw' })],
  ['a CMYK TIFF', 25, (it) => it.toColourspace('cmyk').tiff()],
  ['a TIFF of usual tiles', 50, (it) => it.tiff({ tile: true })],
  ['an AVIF of a good camera', 24.5, (it) => it.avif({ chromaSubsampling: '4:2:0' })],
  ['an AVIF in all colours', 20, (it) => it.avif()],
  ['a deep AVIF of a telephone', 12.5, (it) => it.avif({ bitdepth: 10 })],
])('inspection accepts %s with %s megapixels', async (_, megapixels, way) => {
  expect(await refusalAt(megapixels, await written(way))).toBeUndefined();
});

test.each<[string, number, Way, RegExp]>([
  [
    'a progressive JPEG in all colours',
    38,
    (it) => it.jpeg({ ...colourful, progressive: true }),
    /as a progressive JPEG takes 228 MB of memory; at most 220 MB.+baseline/,
  ],
  [
    'a progressive JPEG in CMYK',
    29,
    (it) => it.toColourspace('cmyk').jpeg({ progressive: true }),
    /progressive JPEG/,
  ],
  [
    'an interlaced, deep PNG',
    33,
    (it) => it.toColourspace('rgb16').png({ progressive: true }),
    /without interlacing/,
  ],
  ['a GIF', 50, (it) => it.gif(), /as a GIF.+Save it as a PNG/],
  ['a CMYK TIFF', 26, (it) => it.toColourspace('cmyk').tiff(), /26 megapixels.+25.+in RGB/],
  ['an AVIF', 25.5, (it) => it.avif({ chromaSubsampling: '4:2:0' }), /an AVIF.+ 380 MB/],
  ['an AVIF in all colours', 21.5, (it) => it.avif(), /an AVIF/],
  ['a deep AVIF', 16, (it) => it.avif({ bitdepth: 10 }), /an AVIF/],
  ['a transparent AVIF', 21, (it) => it.ensureAlpha(0.5).avif(), /an AVIF/],
])(
  'inspection refuses %s with %s megapixels, with a sentence',
  async (_, megapixels, way, sentence) => {
    const reason = await refusalAt(megapixels, await written(way));

    expect(reason).toMatch(sentence);
    expect(faultsOfReason(reason ?? '')).toEqual([]);
  },
);

test.each([
  ['tiles', [short(322, 4_096), short(323, 4_096)], 16, 40],
  ['strips of one channel', [short(284, 2), short(278, 3_000)], 25, 45],
  ['strips of one channel, all its rows in each', [short(284, 2)], 30, 45],
])(
  'inspection bounds the rows held in memory of a TIFF of large %s',
  async (_, ifd0, few, many) => {
    const tiff = await written((picture) => picture.ensureAlpha(0.5).tiff({ compression: 'lzw' }));
    const header = await sharp(tiff).metadata();
    const tiffRefusalAt = (megapixels: number) => {
      const side = Math.floor(Math.sqrt(megapixels * 1e6));
      const square = { ...header, width: side, height: side };
      return findLimitViolation(square, 'tiff', tiffBlock({ ifd0 }))?.reason;
    };

    expect(tiffRefusalAt(few)).toBeUndefined();
    expect(tiffRefusalAt(many)).toMatch(/as a TIFF cut up like this takes .+ smaller tiles/);
    expect(faultsOfReason(tiffRefusalAt(many) ?? '')).toEqual([]);
  },
);

test('the memory estimate includes the bytes of the file', async () => {
  const webp = await written((picture) => picture.webp({ lossless: true }));
  const padding = Buffer.alloc(8 + 26_000_000);
  padding.write('JUNK', 'latin1');
  padding.writeUInt32LE(26_000_000, 4);
  const padded = Buffer.concat([webp, padding]);

  expect(await refusalAt(50, webp)).toBeUndefined();
  expect(await refusalAt(50, padded)).toMatch(/lossless WebP takes 226 MB/);
});

test('the memory estimate detects lossless frames of an animation', async () => {
  const frames = ['#d02020', '#20d020'].map((background) =>
    sharp({ create: { width: 40, height: 30, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  const joined = async (lossless: boolean) =>
    sharp(await Promise.all(frames), { join: { animated: true } })
      .webp({ lossless })
      .toBuffer();
  const padding = Buffer.alloc(26_000_000);

  expect(await refusalAt(50, Buffer.concat([await joined(true), padding]))).toMatch(/lossless/);
  expect(await refusalAt(50, Buffer.concat([await joined(false), padding]))).toBeUndefined();
});

test('inspection refuses an AVIF of more bytes than can be decoded in time', async () => {
  const avif = await drawnAvif({ width: 64, height: 48 });
  const padded = Buffer.concat([avif, Buffer.alloc(20_000_000)]);

  expect(await refusalAt(1, padded)).toMatch(/^The AVIF file has 20\.1 MB; at most 20 MB/);
});

test('inspection refuses an AVIF whose one picture is coded many times over', async () => {
  const avif = await drawnAvif({ width: 64, height: 48 });

  expect(await refusalAt(1, withFrames(avif, 4))).toBeUndefined();
  expect(await refusalAt(1, withFrames(avif, 5))).toMatch(/put together.+single still picture/);
});

test('inspection refuses a small AVIF of very many pictures', async () => {
  const header = await sharp(await drawnAvif({ width: 64, height: 48 })).metadata();
  const tile = { type: 'av01', data: avifStill(1_000, 1_000) };
  const gridBlock = (tiles: number) =>
    avifBlock([{ type: 'grid', data: Buffer.alloc(8), of: Array(tiles).fill(2) }, tile]);

  expect(findLimitViolation(header, 'avif', gridBlock(60))).toBeUndefined();
  const reason = findLimitViolation(header, 'avif', gridBlock(61))?.reason;
  expect(reason).toMatch(/holds 61 megapixels in all its parts; at most 60/);
  expect(faultsOfReason(reason ?? '')).toEqual([]);
});

test('the estimate for an AVIF relies on its coded data, not on its properties', async () => {
  const deep = await written((picture) => picture.avif({ bitdepth: 10 }));
  const lie = sayingLittle(deep);

  expect((await sharp(lie).metadata()).bitsPerSample).toBe(8);
  expect(await refusalAt(16, lie)).toBe(await refusalAt(16, deep));
});
