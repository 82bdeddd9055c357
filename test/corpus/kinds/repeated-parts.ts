import sharp from 'sharp';
import { drawnAnimation, drawnAvif, drawnJpeg, drawnPng } from '#test/support/drawn-pictures.ts';
import { pngChunk } from '#test/support/hostile-pictures.ts';
import { withFrames } from './avif-frames.ts';
import type { HostileFile } from './hostile-files.ts';

const maxFrames = 5_000; // the limit of the pipeline
const repeated = (part: Buffer, times: number) =>
  Buffer.concat(Array.from({ length: times }, () => part));

/** A GIF of frames of one pixel each: GIF89a §18–§22. */
const gif = (frames: number): Buffer =>
  Buffer.concat([
    Buffer.from('GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0', 'latin1'),
    repeated(Buffer.from('2c000000000100010000' + '02024401' + '00', 'hex'), frames),
    Buffer.from([0x3b]),
  ]);

/** A WebP that shows one frame again and again. */
const webp = async (frames: number): Promise<Buffer> => {
  const moving = await drawnAnimation('webp', { width: 2, height: 2 });
  const first = moving.indexOf('ANMF', 0, 'latin1');
  const frame = moving.subarray(first, first + 8 + moving.readUInt32LE(first + 4));
  const bytes = Buffer.concat([moving.subarray(0, first), repeated(frame, frames)]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
};

/** A TIFF whose every page points to the next, the last one to `last`: TIFF 6.0 §2. */
const tiff = (pages: number, last: (start: number) => number): Buffer => {
  const entries = [
    [0x0100, 1],
    [0x0101, 1],
    [0x0102, 8],
    [0x0103, 1],
    [0x0106, 1],
    [0x0111, 8],
    [0x0115, 1],
    [0x0116, 1],
    [0x0117, 1],
  ] as const;
  const start = 10;
  const pageBytes = 2 + entries.length * 12 + 4;
  const bytes = Buffer.alloc(start + pages * pageBytes);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(start, 4);
  bytes[8] = 0x80; // the one pixel that all pages show
  for (let page = 0; page < pages; page++) {
    const at = start + page * pageBytes;
    bytes.writeUInt16LE(entries.length, at);
    for (const [index, [tag, value]] of entries.entries()) {
      bytes.writeUInt16LE(tag, at + 2 + index * 12);
      bytes.writeUInt16LE(4, at + 4 + index * 12);
      bytes.writeUInt32LE(1, at + 6 + index * 12);
      bytes.writeUInt32LE(value, at + 10 + index * 12);
    }
    const isLast = page === pages - 1;
    bytes.writeUInt32LE(isLast ? last(start) : at + pageBytes, at + pageBytes - 4);
  }
  return bytes;
};

/** A progressive JPEG that sends one of its scans many times more: each goes over all blocks. */
const scans = async (side: number, which: number, times: number): Promise<Buffer> => {
  const picture = sharp({ create: { width: side, height: side, channels: 3, background: '#888' } });
  const jpeg = await picture.jpeg({ progressive: true }).toBuffer();
  const starts: number[] = [];
  const mark = Buffer.from([0xff, 0xda]);
  for (let at = jpeg.indexOf(mark); at > 0; at = jpeg.indexOf(mark, at + 2)) starts.push(at);
  const from = starts[which] ?? 0;
  const tables = jpeg.indexOf(Buffer.from([0xff, 0xc4]), from); // the next scan's
  const to = tables > 0 ? tables : jpeg.length - 2;
  const more = repeated(jpeg.subarray(from, to), times);
  return Buffer.concat([jpeg.subarray(0, to), more, jpeg.subarray(to)]);
};

/** Files with very many frames, pages, scans, segments or chunks. */
export async function* repeatedParts(): AsyncGenerator<HostileFile> {
  const none = () => 0;
  yield { name: 'repeated-parts/most.gif', bytes: gif(maxFrames), ends: 'done' };
  yield { name: 'repeated-parts/beyond.gif', bytes: gif(maxFrames + 1), ends: 'rejected' };
  yield { name: 'repeated-parts/far-beyond.gif', bytes: gif(200_000), ends: 'rejected' };
  yield { name: 'repeated-parts/many.webp', bytes: await webp(maxFrames), ends: 'done' };
  yield { name: 'repeated-parts/beyond.webp', bytes: await webp(maxFrames + 1), ends: 'rejected' };
  yield { name: 'repeated-parts/most.tif', bytes: tiff(maxFrames, none), ends: 'done' };
  yield { name: 'repeated-parts/beyond.tif', bytes: tiff(maxFrames + 1, none), ends: 'rejected' };
  const avif = await drawnAvif({ width: 900, height: 600 });
  yield { name: 'repeated-parts/frames.avif', bytes: withFrames(avif, 4), ends: 'done' };
  yield { name: 'repeated-parts/beyond.avif', bytes: withFrames(avif, 5), ends: 'rejected' };
  yield { name: 'repeated-parts/far-beyond.avif', bytes: withFrames(avif, 100), ends: 'rejected' };
  yield {
    name: 'repeated-parts/in-a-circle.tif',
    bytes: tiff(3, (start) => start),
    ends: 'rejected',
  };

  const jpeg = await drawnJpeg({ width: 200, height: 150 });
  for (const [name, marker] of Object.entries({ comments: 0xfe, profiles: 0xe2, tags: 0xe1 })) {
    const segment = Buffer.concat([
      Buffer.from([0xff, marker, 0, 18]),
      Buffer.alloc(16, 'Exif\0\0'),
    ]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), repeated(segment, 50_000), jpeg.subarray(2)]);
    yield { name: `repeated-parts/${name}.jpg`, bytes };
  }
  for (const which of [0, 1, 3])
    for (const times of [50, 1_000]) {
      const name = `repeated-parts/scan-${which}-${times}-times.jpg`;
      yield { name, bytes: await scans(2_000, which, times) };
    }

  const png = await drawnPng({ width: 200, height: 150 });
  const texts = repeated(pngChunk('tEXt', Buffer.from('Comment\0a', 'latin1')), 50_000);
  const texted = Buffer.concat([png.subarray(0, 33), texts, png.subarray(33)]);
  yield { name: 'repeated-parts/texts.png', bytes: texted };
  const pixels = png.subarray(33, png.length - 12);
  const bodies = pixels.subarray(8, pixels.length - 4);
  const parts = Array.from(bodies.subarray(0, bodies.length), (byte) =>
    pngChunk('IDAT', Buffer.from([byte])),
  );
  if (pixels.readUInt32BE(0) === bodies.length) {
    const bytes = Buffer.concat([png.subarray(0, 33), ...parts, png.subarray(png.length - 12)]);
    yield { name: 'repeated-parts/pixel-parts.png', bytes, ends: 'done' };
  }
}
