import sharp, { type Sharp, type TiffOptions } from 'sharp';
import { drawn, drawnAnimation, drawnPng, phoneExif } from '#test/support/drawn-pictures.ts';
import type { HostileFile } from './hostile-files.ts';

type Draw = (picture: Sharp) => Sharp;

/** Ways in which one format is written: all of them good pictures. */
const ways: Record<string, Draw> = {
  'baseline.jpg': (picture) => picture.jpeg(),
  'progressive.jpg': (picture) => picture.jpeg({ progressive: true }),
  'all-colours.jpg': (picture) => picture.jpeg({ chromaSubsampling: '4:4:4' }),
  'trellis.jpg': (picture) => picture.jpeg({ mozjpeg: true }),
  'coarse.jpg': (picture) => picture.jpeg({ quality: 1 }),
  'finest.jpg': (picture) => picture.jpeg({ quality: 100 }),
  'grey.jpg': (picture) => picture.greyscale().jpeg(),
  'cmyk.jpg': (picture) => picture.toColourspace('cmyk').withIccProfile('cmyk').jpeg(),
  'wide-gamut.jpg': (picture) => picture.withIccProfile('p3').jpeg(),
  'tagged.jpg': (picture) => picture.withExif(phoneExif).withXmp('<x:xmpmeta/>').jpeg(),
  'plain.png': (picture) => picture.png(),
  'interlaced.png': (picture) => picture.png({ progressive: true }),
  'palette-8.png': (picture) => picture.png({ palette: true }),
  'palette-4.png': (picture) => picture.png({ palette: true, colours: 16 }),
  'palette-1.png': (picture) => picture.png({ palette: true, colours: 2 }),
  'grey.png': (picture) => picture.greyscale().png(),
  'grey-alpha.png': (picture) => picture.greyscale().ensureAlpha(0.5).png(),
  '16-bit.png': (picture) => picture.toColourspace('rgb16').png(),
  '16-bit-alpha.png': (picture) => picture.ensureAlpha(0.3).toColourspace('rgb16').png(),
  '16-bit-grey.png': (picture) => picture.toColourspace('grey16').png(),
  'tagged.png': (picture) => picture.withExif(phoneExif).withXmp('<x:xmpmeta/>').png(),
  'lossy.webp': (picture) => picture.webp(),
  'lossless.webp': (picture) => picture.webp({ lossless: true }),
  'near-lossless.webp': (picture) => picture.webp({ nearLossless: true }),
  'transparent.webp': (picture) => picture.ensureAlpha(0.5).webp(),
  'tagged.webp': (picture) => picture.withExif(phoneExif).withXmp('<x:xmpmeta/>').webp(),
  'plain.gif': (picture) => picture.gif(),
  'interlaced.gif': (picture) => picture.gif({ progressive: true }),
  'two-colours.gif': (picture) => picture.gif({ colours: 2 }),
  'subsampled.avif': (picture) => picture.avif({ chromaSubsampling: '4:2:0', effort: 0 }),
  'all-colours.avif': (picture) => picture.avif({ chromaSubsampling: '4:4:4', effort: 0 }),
  'lossless.avif': (picture) => picture.avif({ lossless: true, effort: 0 }),
  'transparent.avif': (picture) => picture.ensureAlpha(0.5).avif({ effort: 0 }),
  'tagged.avif': (picture) => picture.withExif(phoneExif).avif({ effort: 0 }),
  'cmyk.tif': (picture) => picture.toColourspace('cmyk').tiff(),
  '16-bit.tif': (picture) => picture.toColourspace('rgb16').tiff({ compression: 'none' }),
  'lab.tif': (picture) => picture.toColourspace('lab').tiff(),
  'one-bit.tif': (picture) => picture.greyscale().tiff({ bitdepth: 1, compression: 'none' }),
  'tagged.tif': (picture) => picture.withExif(phoneExif).withXmp('<x:xmpmeta/>').tiff(),
};

const tiffWays: Record<string, TiffOptions> = {
  plain: { compression: 'none' },
  lzw: { compression: 'lzw', predictor: 'horizontal' },
  deflate: { compression: 'deflate', predictor: 'none' },
  packbits: { compression: 'packbits' },
  jpeg: { compression: 'jpeg' },
  tiled: { compression: 'lzw', tile: true, tileWidth: 64, tileHeight: 64 },
  pyramid: { compression: 'jpeg', tile: true, pyramid: true, tileWidth: 64, tileHeight: 64 },
  'white-is-zero': { miniswhite: true },
  big: { bigtiff: true, compression: 'deflate' },
  'big-tiled': { bigtiff: true, compression: 'lzw', tile: true },
};

const shapes = [
  [1, 1],
  [1, 2],
  [3, 1],
  [1, 16_383],
  [16_383, 1],
  [16_383, 40],
  [7, 9_001],
] as const;

/** Good pictures in every way that we can write: each must come out. */
export async function* variants(): AsyncGenerator<HostileFile> {
  const sized = { width: 333, height: 251 };
  for (const [name, draw] of Object.entries(ways)) {
    const bytes = await draw(await drawn(sized)).toBuffer();
    yield { name: `variants/${name}`, bytes, ends: 'done' };
  }
  for (const [name, options] of Object.entries(tiffWays)) {
    const bytes = await (await drawn(sized)).tiff(options).toBuffer();
    yield { name: `variants/${name}.tif`, bytes, ends: 'done' };
  }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const turned = (await drawn(sized)).withMetadata({ orientation });
    const bytes = await turned.jpeg().toBuffer();
    yield { name: `variants/orientation-${orientation}.jpg`, bytes, ends: 'done' };
  }
  for (const [width, height] of shapes) {
    const name = `variants/${width}-by-${height}.png`;
    yield { name, bytes: await drawnPng({ width, height }), ends: 'done' };
  }
  for (const format of ['gif', 'webp'] as const)
    yield { name: `variants/moving.${format}`, bytes: await drawnAnimation(format), ends: 'done' };
  yield { name: 'variants/pages.tif', bytes: await pages(), ends: 'done' };
}

const pages = async (): Promise<Buffer> => {
  const each = ['#d02020', '#20d020'].map((background) =>
    sharp({ create: { width: 60, height: 40, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(each), { join: { animated: true } })
    .tiff()
    .toBuffer();
};
