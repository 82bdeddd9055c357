import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { stripJpeg } from '#lib/media/strip-metadata/jpeg.ts';
import { drawn, drawnJpeg } from '#test/support/drawn-pictures.ts';
import { expectStripped, secret } from './expect-stripped.ts';

const segment = (marker: number, body: string | Buffer) => {
  const bytes = Buffer.concat([Buffer.from([0xff, marker, 0, 0]), Buffer.from(body)]);
  bytes.writeUInt16BE(bytes.length - 2, 2);
  return bytes;
};

/** Puts segments right behind a JPEG's first two bytes. */
const withSegments = (jpeg: Buffer, ...segments: Buffer[]) =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

const plainJpeg = () => drawnJpeg({ width: 120, height: 80 });

test.each([
  ['a comment', segment(0xfe, secret)],
  ['XMP', segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${secret}`)],
  ['a maker’s own segment', segment(0xe5, secret)],
  ['Photoshop’s', segment(0xed, `Photoshop 3.0\0${secret}`)],
  ['a JFIF extension with a preview', segment(0xe0, `JFXX\0\x10${secret}`)],
  ['what calls itself Adobe and goes on', segment(0xee, `Adobe\0\x64\0\0\0\0\x01${secret}`)],
  [
    'fill bytes before a comment',
    Buffer.concat([Buffer.from([0xff, 0xff]), segment(0xfe, secret)]),
  ],
])('stripping drops %s from a JPEG', async (_, added) => {
  const bare = await expectStripped(withSegments(await plainJpeg(), added), 'jpeg');

  expect(bare.length).toBeLessThanOrEqual((await plainJpeg()).length + 16);
});

test('stripping preserves the JFIF segment of a JPEG, but not the preview in it', async () => {
  const jpeg = await plainJpeg();
  const preview = Buffer.from(`JFIF\0\x01\x02\0\0\x01\0\x01\x04\x01${secret}!`, 'latin1');

  const bare = await expectStripped(withSegments(jpeg, segment(0xe0, preview)), 'jpeg');

  expect(bare.toString('latin1', 6, 11)).toBe('JFIF\0');
  expect(bare.readUInt16BE(18)).toBe(0); // its width and height
  expect(bare.length).toBe(jpeg.length + 18);
});

test('stripping drops the video that a phone appends to a JPEG', async () => {
  const jpeg = await plainJpeg();

  expect(
    await expectStripped(Buffer.concat([jpeg, Buffer.from(`ftypmp42${secret}`)]), 'jpeg'),
  ).toEqual(jpeg);
});

test.each([
  ['progressive', (picture: Sharp) => picture.jpeg({ progressive: true })],
  ['grey', (picture: Sharp) => picture.toColourspace('b-w').jpeg()],
  ['4:4:4', (picture: Sharp) => picture.jpeg({ chromaSubsampling: '4:4:4' })],
])('stripping parses a %s JPEG', async (_, encode) => {
  const jpeg = await encode(await drawn({ width: 200, height: 120 })).toBuffer();

  expect(await expectStripped(withSegments(jpeg, segment(0xfe, secret)), 'jpeg')).toEqual(jpeg);
});

test('stripping follows a JPEG scan over restarts and stuffed bytes to the next scan', () => {
  const scan = Buffer.concat([segment(0xda, '\x01'), Buffer.from('a9ff00b1ffd0c2ffd7ff', 'hex')]);
  const [start, end] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];
  const file = Buffer.concat([start, segment(0xc2, 'frame'), scan, segment(0xc4, 'table'), scan]);

  expect(stripJpeg(Buffer.concat([file, end, end]))).toEqual(Buffer.concat([file, end]));
});

test('stripping preserves the look of a JPEG whose colours are RGB', async () => {
  const jpeg = await drawnJpeg({ width: 60, height: 40 });
  const adobe = segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\0', 'latin1')); // transform 0: RGB
  const asRgb = withSegments(jpeg, adobe);

  const bare = await expectStripped(withSegments(asRgb, segment(0xfe, secret)), 'jpeg');

  expect(bare).toEqual(asRgb);
});
