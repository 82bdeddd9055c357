import { expect, test } from 'vitest';
import {
  drawnJpeg,
  drawnPng,
  drawnTiff,
  drawnWebp,
  phoneExif,
} from '#test/support/drawn-pictures.ts';
import { pngChunk } from '#test/support/hostile-pictures.ts';
import { bigTiff } from './big-tiff.ts';
import { makeHeif } from './heif-file.ts';
import { exifSegment, makeJpeg, segment } from './jpeg-segments.ts';
import { rawProfileChunk, withChunk } from './raw-profile.ts';
import { readInMemory as read } from './read-in-memory.ts';
import { jpegWith, rationals, short, text, tiffBlock } from './tiff-block.ts';

const tags = { make: 0x010f, model: 0x0110, iso: 0x8827 };

test('finding EXIF takes one read of 128 KB for a large JPEG', async () => {
  const large = await drawnJpeg({ width: 1600, height: 1200, exif: phoneExif });

  const { exif, reads } = await read(large);

  expect(exif?.cameraMake).toBe('Darkroom');
  expect(reads).toEqual({ times: 1, bytes: 131_072 });
});

test('finding EXIF reads only what is missing where other segments push it beyond the first 128 KB', async () => {
  const block = tiffBlock({ ifd0: [text(tags.make, 'Far away')] });

  const { exif, reads } = await read(Buffer.concat([jpegWith(block, 600_000), Buffer.alloc(9e6)]));

  expect(exif?.cameraMake).toBe('Far away');
  expect(reads.bytes).toBeLessThan(400_000);
});

test('finding EXIF never reads more than 1 MB of a file that hides it', async () => {
  const everySegmentTiny = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    Buffer.alloc(6_000_000, Buffer.from([0xff, 0xe2, 0, 2])),
  ]);

  const { found, reads } = await read(everySegmentTiny);

  expect(found).toBeNull();
  expect(reads.bytes).toBeLessThanOrEqual(1_048_576);
});

test('EXIF of a PNG is found after its pixels', async () => {
  const png = await drawnPng({ width: 800, height: 600 });
  const exif = pngChunk('eXIf', tiffBlock({ ifd0: [text(tags.make, 'After IDAT')] }));
  const end = png.length - 12;

  const behind = Buffer.concat([png.subarray(0, end), exif, png.subarray(end)]);

  expect(png.length).toBeGreaterThan(262_144);
  expect((await read(behind)).exif?.cameraMake).toBe('After IDAT');
});

test('finding EXIF reads no more than 288 KB of a PNG that has none', async () => {
  const png = await drawnPng({ width: 1200, height: 900 });

  const { found, reads } = await read(png);

  expect(png.length).toBeGreaterThan(1_000_000);
  expect(found).toBeNull();
  expect(reads).toEqual({ times: 2, bytes: 294_912 });
});

test('pixels that spell eXIf are not mistaken for EXIF', async () => {
  const png = await drawnPng();
  const forged = Buffer.concat([
    Buffer.from([0, 0, 0, 40]),
    Buffer.from('eXIf'),
    tiffBlock({ ifd0: [text(tags.make, 'Forged')] }),
    Buffer.alloc(20),
  ]);
  const end = png.length - 12;

  const { found } = await read(
    Buffer.concat([png.subarray(0, end), pngChunk('IDAT', forged), png.subarray(end)]),
  );

  expect(found).toBeNull();
});

test('directories at the end of a TIFF are read without the data before them', async () => {
  const camera = tiffBlock({
    ifd0: [text(tags.make, 'Scanner & Sons'), text(tags.model, 'Flatbed')],
    exif: [short(tags.iso, 100)],
    pixelsFirst: 3_000_000,
  });

  const { exif, reads } = await read(camera);

  expect(exif).toMatchObject({ cameraMake: 'Scanner & Sons', cameraModel: 'Flatbed', iso: 100 });
  expect(reads.bytes).toBeLessThan(200_000);
});

test.each([false, true])('EXIF of a BigTIFF is read (big-endian: %s)', async (bigEndian) => {
  const { exif, raw } = await read(bigTiff({ bigEndian }));

  expect(exif).toMatchObject({ cameraMake: 'A long name', cameraModel: 'Short', iso: 640 });
  expect(raw).toMatchObject({ Orientation: 6 });
});

test('the layout tags of a TIFF are not mistaken for EXIF', async () => {
  const plain = await drawnTiff({ width: 500, height: 400, orientation: 6 });

  expect((await read(plain)).found).toBeNull();
});

const found = tiffBlock({ ifd0: [text(tags.make, 'Found')] });

test.each([
  ['three zero bytes before its segment', makeJpeg(Buffer.alloc(3), exifSegment(found))],
  ['fill bytes before its segment', makeJpeg(Buffer.alloc(9, 0xff), exifSegment(found))],
  ['junk before its header', makeJpeg(exifSegment(found, '\0\0Exif\0\0'))],
  ['0xff for its second zero', makeJpeg(exifSegment(found, 'Exif\0\xff'))],
  ['no second zero', makeJpeg(exifSegment(found, 'Exif\0'))],
  ['a header in capitals', makeJpeg(exifSegment(found, 'EXIF\0\0'))],
  ['a restart marker before it', makeJpeg(Buffer.from([0xff, 0xd0]), exifSegment(found))],
  ['an empty block before it', makeJpeg(exifSegment(tiffBlock({})), exifSegment(found))],
])('EXIF is found in a JPEG with %s', async (_, jpeg) => {
  expect((await read(jpeg)).exif?.cameraMake).toBe('Found');
});

test('EXIF of a JPEG is not sought after the start of the pixels', async () => {
  const behind = Buffer.concat([makeJpeg(), exifSegment(found)]);

  expect((await read(behind)).found).toBeNull();
});

test('EXIF of more than 64 kB, split over two segments, is read', async () => {
  const block = tiffBlock({
    exif: [text(0x9286, 'x'.repeat(90_000)), text(0xa434, 'A lens behind the comment')],
  });
  const jpeg = makeJpeg(
    exifSegment(block.subarray(0, 65_000)),
    exifSegment(block.subarray(65_000)),
  );

  expect((await read(jpeg)).exif?.lensModel).toBe('A lens behind the comment');
});

test('of two EXIF blocks the later is read, as by ExifTool, but the orientation as by decoders', async () => {
  const turned = (value: number) => short(0x0112, value);
  const first = tiffBlock({ ifd0: [text(tags.make, 'First'), text(tags.model, 'M'), turned(6)] });
  const second = tiffBlock({ ifd0: [text(tags.make, 'Second'), turned(3)] });
  const jpeg = makeJpeg(exifSegment(first), segment(0xe2, 'between'), exifSegment(second));

  const { exif, raw } = await read(jpeg);

  expect(exif).toMatchObject({ cameraMake: 'Second', cameraModel: 'M' });
  expect(raw?.['Orientation']).toBe(6);
});

const position = [text(1, 'N'), rationals(2, [[33, 1]]), text(3, 'E'), rationals(4, [[151, 1]])];

test.each([
  ['pointers of 16 bits', { pointersAs: 'short' }],
  ['pointers of 16 bits, big-endian', { pointersAs: 'short', bigEndian: true }],
  ['the pointer to GPS tags among those of EXIF', { gpsPointerIn: 'exif' }],
] as const)('follows %s', async (_, how) => {
  const isBig = 'bigEndian' in how;
  const gps = isBig
    ? [text(1, 'N'), rationals(2, [[33, 1]], true), text(3, 'E'), rationals(4, [[151, 1]], true)]
    : position;
  const block = tiffBlock({ ...how, exif: [short(tags.iso, 50, isBig)], gps });

  const { exif } = await read(jpegWith(block));

  expect(exif).toMatchObject({ iso: 50, gps: { lat: 33, lon: 151, alt: null } });
});

test.each(['before', 'behind'] as const)(
  'a raw EXIF profile is found %s the pixels of a PNG',
  async (where) => {
    const png = await drawnPng({ width: 800, height: 600 });
    const profile = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), found]);

    for (const type of ['zTXt', 'tEXt', 'iTXt'] as const) {
      const file = withChunk(png, rawProfileChunk(type, 'exif', profile), where);
      expect((await read(file)).exif?.cameraMake).toBe('Found');
    }
  },
);

test('PNG chunks are inflated up to a megabyte each, and at most sixteen', async () => {
  const png = await drawnPng({ width: 64, height: 48 });
  const bomb = rawProfileChunk('zTXt', 'exif', Buffer.alloc(5_000_000));
  const many = Array.from({ length: 20 }, () => rawProfileChunk('zTXt', 'exif', Buffer.alloc(9)));
  const real = rawProfileChunk('zTXt', 'exif', found);

  expect(bomb.length).toBeLessThan(262_144);
  expect((await read(withChunk(png, bomb, 'before'))).found).toBeNull();
  expect((await read(withChunk(png, Buffer.concat([...many, real]), 'before'))).found).toBeNull();
  expect(
    (await read(withChunk(png, Buffer.concat([...many.slice(5), real]), 'before'))).exif,
  ).toMatchObject({ cameraMake: 'Found' });
});

test('the EXIF chunk of a WebP is found although its flags deny it', async () => {
  const webp = await drawnWebp({ width: 64, height: 48, exif: phoneExif });
  expect(webp.toString('latin1', 12, 16)).toBe('VP8X');
  webp[20] = 0;

  expect((await read(webp)).exif?.cameraMake).toBe('Darkroom');
});

const counted = Buffer.concat([
  Buffer.from([0, 0, 0, 6]),
  Buffer.from('Exif\0\0', 'latin1'),
  found,
]);

test.each([
  ['a place in the file', { data: counted }],
  ['a place in the list itself', { data: counted, method: 1 as const }],
  ['two places', { data: counted, pieces: 2 }],
  [
    'a preamble that is not counted',
    { data: Buffer.concat([Buffer.alloc(4), counted.subarray(4)]) },
  ],
  ['a count that leads beyond it', { data: Buffer.concat([Buffer.alloc(4, 0x7f), found]) }],
])('the EXIF item of a HEIC is found by %s', async (_, item) => {
  for (const brand of ['heic', 'avif'])
    expect((await read(makeHeif(brand, { type: 'Exif', ...item }))).exif?.cameraMake).toBe('Found');
});

test('the XMP item of a HEIC is found', async () => {
  const xmp = '<rdf:RDF><rdf:Description tiff:Make="Found"/></rdf:RDF>';
  const item = { type: 'mime', contentType: 'application/rdf+xml', data: Buffer.from(xmp) };

  expect((await read(makeHeif('heic', item))).exif?.cameraMake).toBe('Found');
  expect((await read(makeHeif('heic', { ...item, contentType: 'text/plain' }))).found).toBeNull();
});

test('an animated WebP whose flags deny metadata is not read to its end', async () => {
  const frame = Buffer.alloc(30_008);
  frame.write('ANMF');
  frame.writeUInt32LE(30_000, 4);
  const start = Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0', 'latin1');
  const animation = Buffer.concat([start, ...Array<Buffer>(100).fill(frame)]);

  const { found, reads } = await read(animation);

  expect(found).toBeNull();
  expect(reads.bytes).toBeLessThan(400_000);
});
