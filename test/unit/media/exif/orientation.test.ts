import { expect, test } from 'vitest';
import { readOrientation } from '#lib/media/exif/orientation.ts';
import { drawnBy, drawnPng } from '#test/support/drawn-pictures.ts';
import { pngChunk } from '#test/support/hostile-pictures.ts';
import { rawProfileChunk, withChunk } from './raw-profile.ts';
import { jpegWith, short, text, tiffBlock } from './tiff-block.ts';

const tags = { make: 0x010f, orientation: 0x0112 };
const turned = (value = 6) =>
  tiffBlock({ ifd0: [text(tags.make, 'Maker'), short(tags.orientation, value)] });
const prefixed = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), turned()]);
const small = { width: 64, height: 48 };

test.each(['jpeg', 'png', 'webp', 'tiff'] as const)(
  'readOrientation reads the tag of a %s',
  async (format) => {
    expect(await readOrientation(await drawnBy[format]({ ...small, orientation: 6 }), format)).toBe(
      6,
    );
    expect(await readOrientation(await drawnBy[format](small), format)).not.toBe(6);
  },
);

test.each([
  ['a raw profile in zTXt', rawProfileChunk('zTXt', 'exif', prefixed)],
  ['a raw profile in tEXt', rawProfileChunk('tEXt', 'exif', prefixed)],
  ['a raw profile in iTXt', rawProfileChunk('iTXt', 'APP1', prefixed)],
  ['eXIf', pngChunk('eXIf', turned())],
  ["eXIf with JPEG's preamble", pngChunk('eXIf', prefixed)],
])('readOrientation finds %s of a PNG before and behind the pixels', async (_, chunk) => {
  const png = await drawnPng({ width: 800, height: 600 });

  expect(await readOrientation(withChunk(png, chunk, 'before'), 'png')).toBe(6);
  expect(await readOrientation(withChunk(png, chunk, 'behind'), 'png')).toBe(6);
});

test('readOrientation takes the first of several EXIF segments of a JPEG', async () => {
  const first = jpegWith(turned(3));
  const second = jpegWith(turned(8)).subarray(2);

  expect(await readOrientation(Buffer.concat([first.subarray(0, -11), second]), 'jpeg')).toBe(3);
});

test.each([0, 9, 65_535])('readOrientation takes the value %i for none', async (value) => {
  expect(await readOrientation(jpegWith(turned(value)), 'jpeg')).toBeUndefined();
});

test('readOrientation leaves AVIF and HEIC to their own way of turning', async () => {
  const avif = await drawnBy.avif({ ...small, orientation: 6 });

  expect(await readOrientation(avif, 'avif')).toBeUndefined();
  expect(await readOrientation(avif, 'heic')).toBeUndefined();
});

test('readOrientation gives undefined for bytes that are no picture', async () => {
  expect(await readOrientation(new Uint8Array(0), 'jpeg')).toBeUndefined();
  expect(
    await readOrientation(Buffer.from('\xff\xd8\xff\xe1\0', 'latin1'), 'jpeg'),
  ).toBeUndefined();
});
