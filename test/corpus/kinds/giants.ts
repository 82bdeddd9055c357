import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { drawnPng } from '#test/support/drawn-pictures.ts';
import { pngBomb, pngChunk } from '#test/support/hostile-pictures.ts';
import type { HostileFile } from './hostile-files.ts';

const side = 7_000; // 49 megapixels: nearly as many as are taken

const flat = (width = side, height = side): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#6a5acd' } });

/** Small files that unpack to the most that is allowed. */
const ways: Record<string, (picture: Sharp) => Sharp> = {
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

/**
 * What is drawn smaller, as more would break the bounds of memory, although it is taken: of a
 * progressive JPEG the decoder holds two bytes for each sample, of an AVIF 15 to 19 for each pixel.
 */
const smaller: Record<string, (picture: Sharp) => Sharp> = {
  'all-colours.jpg': (picture) => picture.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'still.gif': (picture) => picture.gif({ effort: 1 }),
  'still.avif': (picture) => picture.avif({ effort: 0 }),
};
const smallerSide = 3_500;

/** Pictures of the largest size that is taken, and just beyond it. */
export async function* giants(): AsyncGenerator<HostileFile> {
  for (const [name, draw] of Object.entries(ways))
    yield { name: `giants/${name}`, bytes: await draw(flat()).toBuffer(), ends: 'done' };
  for (const [name, draw] of Object.entries(smaller)) {
    const bytes = await draw(flat(smallerSide, smallerSide)).toBuffer();
    yield { name: `giants/${name}`, bytes, ends: 'done' };
  }
  const square = { width: side, height: side };
  for (const [name, header] of Object.entries({
    'grey.png': square,
    'one-bit.png': { ...square, bitDepth: 1 },
    'alpha.png': { ...square, colourType: 6 },
    '16-bit-alpha.png': { ...square, colourType: 6, bitDepth: 16 },
  } as const))
    yield { name: `giants/${name}`, bytes: pngBomb(header), ends: 'done' };
  const beyond = { width: 7_100, height: 7_100, bitDepth: 1 } as const;
  yield { name: 'giants/beyond.png', bytes: pngBomb(beyond), ends: 'rejected' };
  const long = await flat(16_384, 1).png().toBuffer();
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
