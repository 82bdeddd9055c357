import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { drawnPng } from '#test/support/drawn-pictures.ts';
import { pngBomb, pngChunk } from '#test/support/hostile-pictures.ts';
import { sayingLittle } from './avif-frames.ts';
import type { HostileFile } from './hostile-files.ts';

const side = 7_000; // 49 megapixels: what decoders that hold a picture whole can bear
const maxSquare = 16_384; // 268.4 megapixels: as many as are taken

const flat = (width = side, height = width, channels: 3 | 4 = 3): Sharp =>
  sharp({ create: { width, height, channels, background: '#6a5acd' }, limitInputPixels: false });

type Draw = (picture: Sharp) => Sharp;

/** Small files that unpack to the most that is allowed. */
const ways: Record<string, Draw> = {
  'baseline.jpg': (picture) => picture.jpeg(),
  'progressive.jpg': (picture) => picture.jpeg({ progressive: true }),
  'turned.jpg': (picture) => picture.withMetadata({ orientation: 6 }).jpeg(),
  'interlaced.png': (picture) => picture.png({ progressive: true, compressionLevel: 1 }),
  'turned.png': (picture) => picture.withMetadata({ orientation: 8 }).png({ compressionLevel: 1 }),
  'lossy.webp': (picture) => picture.webp({ effort: 0 }),
  'lossless.webp': (picture) => picture.webp({ lossless: true, effort: 0 }),
  'deflate.tif': (picture) => picture.tiff({ compression: 'deflate' }),
  'tiled.tif': (picture) => picture.tiff({ compression: 'lzw', tile: true }),
  'turned.tif': (picture) => picture.withMetadata({ orientation: 6 }).tiff({ compression: 'lzw' }),
};

/** Two sides of a square for each way of writing that takes much memory or time for a pixel. */
type Edge = { taken: number; beyond?: number; channels?: 3 | 4; draw: Draw };

const deep = { effort: 0, bitdepth: 10 } as const;
const interlaced = { progressive: true, compressionLevel: 1 };
const tiles = (size: number) =>
  ({ compression: 'deflate', tile: true, tileWidth: size, tileHeight: size }) as const;

const edges: Record<string, Edge> = {
  'all-colours.jpg': {
    taken: 6_040,
    beyond: 6_100,
    draw: (picture) => picture.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  },
  'interlaced-alpha.png': {
    taken: 6_840,
    beyond: 6_980,
    channels: 4,
    draw: (picture) => picture.png(interlaced),
  },
  'interlaced-16-bit.png': {
    taken: 5_500,
    beyond: 5_600,
    draw: (picture) => picture.toColourspace('rgb16').png(interlaced),
  },
  'turned-16-bit.png': {
    taken: 5_600,
    channels: 4,
    draw: (picture) =>
      picture.toColourspace('rgb16').withMetadata({ orientation: 6 }).png({ compressionLevel: 1 }),
  },
  'still.gif': { taken: 6_880, beyond: 6_900, draw: (picture) => picture.gif({ effort: 1 }) },
  'tiles-2048.tif': { taken: 7_000, channels: 4, draw: (picture) => picture.tiff(tiles(2_048)) },
  'tiles-4096.tif': {
    taken: 4_000,
    beyond: 7_000,
    channels: 4,
    draw: (picture) => picture.tiff(tiles(4_096)),
  },
  'cmyk.tif': {
    taken: 5_000,
    draw: (picture) => picture.toColourspace('cmyk').tiff({ compression: 'lzw' }),
  },
  'subsampled.avif': {
    taken: 4_980,
    beyond: 5_000,
    draw: (picture) => picture.avif({ chromaSubsampling: '4:2:0', effort: 0 }),
  },
  'all-colours.avif': { taken: 4_540, draw: (picture) => picture.avif({ effort: 0 }) },
  '10-bit.avif': { taken: 3_930, beyond: 3_960, draw: (picture) => picture.avif(deep) },
};

/** The same picture in small blocks of every colour: no encoder makes it short. */
const mosaic = async (width: number): Promise<Buffer> => {
  const small = sharp({
    create: {
      width: width / 8,
      height: width / 8,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 30 },
    },
  });
  return small
    .resize(width, width, { kernel: 'nearest' })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
};

/** Pictures of the largest size that is taken, and just beyond it. */
export async function* giants(): AsyncGenerator<HostileFile> {
  for (const [name, draw] of Object.entries(ways))
    yield { name: `giants/${name}`, bytes: await draw(flat()).toBuffer(), ends: 'done' };
  for (const [name, { taken, beyond, channels, draw }] of Object.entries(edges)) {
    const drawn = (width: number) => draw(flat(width, width, channels)).toBuffer();
    yield { name: `giants/${name}`, bytes: await drawn(taken), ends: 'done' };
    if (beyond)
      yield { name: `giants/beyond-${name}`, bytes: await drawn(beyond), ends: 'rejected' };
  }
  const lie = sayingLittle(await flat(4_000).avif(deep).toBuffer());
  yield { name: 'giants/beyond-what-it-says.avif', bytes: lie, ends: 'rejected' };
  yield { name: 'giants/mosaic.webp', bytes: await mosaic(6_400), ends: 'done' };
  const square = { width: side, height: side };
  for (const [name, header] of Object.entries({
    'grey.png': square,
    'one-bit.png': { ...square, bitDepth: 1 },
    'alpha.png': { ...square, colourType: 6 },
    '16-bit-alpha.png': { width: 5_590, height: 5_590, colourType: 6, bitDepth: 16 },
  } as const))
    yield { name: `giants/${name}`, bytes: pngBomb(header), ends: 'done' };
  yield {
    name: 'giants/largest.jpg',
    bytes: await flat(maxSquare).jpeg().toBuffer(),
    ends: 'done',
  };
  const strip = await flat(790, 36_861).jpeg().toBuffer();
  yield { name: 'giants/strip.jpg', bytes: strip, ends: 'done' };
  const beyond = { width: 20_000, height: 20_000, bitDepth: 1 } as const;
  yield { name: 'giants/beyond.png', bytes: pngBomb(beyond), ends: 'rejected' };
  const long = await flat(65_501, 1).png().toBuffer();
  yield { name: 'giants/long.png', bytes: long, ends: 'rejected' };
  yield* inChunks();
}

const unpackedBytes = 100_000_000;

/** PNGs whose pixels are few, and whose texts and profiles unpack to much. */
async function* inChunks(): AsyncGenerator<HostileFile> {
  const png = await drawnPng({ width: 60, height: 40 });
  const packed = deflateSync(Buffer.alloc(unpackedBytes, 'a'), { level: 9 });
  const chunks = {
    zTXt: 'Comment\0\0',
    iCCP: 'profile\0\0',
    iTXt: 'XML:com.adobe.xmp\0\x01\0\0\0',
  };
  for (const [type, head] of Object.entries(chunks)) {
    const chunk = pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), packed]));
    const bytes = Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
    yield { name: `giants/unpacks-${type}.png`, bytes };
  }
}
