import { expect, test } from 'vitest';
import { readInMemory as read } from './read-in-memory.ts';
import {
  type Entry,
  jpegWith,
  long,
  rationals,
  short,
  signedRationals,
  text,
  tiffBlock,
} from './tiff-block.ts';
import { ofExif, ofMain, tag } from './value-fixtures.ts';

test.each([
  ['2015:02:01 14:42:59', 'Z', '2015-02-01T14:42:59Z'],
  ['2015:02:01 14:42:59', '+0900', '2015-02-01T14:42:59+09:00'],
  ['2015:02:01 14:42:59', '-9:30', '2015-02-01T14:42:59-09:30'],
  ['2015:02:01 14:42:59', '+99:00', '2015-02-01T14:42:59'],
  ['2015:02:01 14:42:59+01:00', '+09:00', '2015-02-01T14:42:59+01:00'],
  ['2015:02:01 14:42:59Z', '', '2015-02-01T14:42:59Z'],
  ['2015-02-01T14:42:59.250+01:00', '', '2015-02-01T14:42:59+01:00'],
  ['2021:06:15 03:20:30 PM', '', '2021-06-15T15:20:30'],
  ['2021:06:15 12:20:30 AM', '', '2021-06-15T00:20:30'],
  ['2021:06:15 12:20:30 p.m.', '', '2021-06-15T12:20:30'],
  ['2021:06:15 下午 03:20:30', '', '2021-06-15T15:20:30'],
  ['2013:07:28 24:05:00', '', '2013-07-28T00:05:00'],
  ['2013: 7: 8  9:05:00', '', '2013-07-08T09:05:00'],
  ['2013:07:28 09:05', '', '2013-07-28T09:05:00'],
  ['2013:07:28', '', '2013-07-28T00:00:00'],
  ['0001:01:01 00:00:00', '', null],
  ['2013:07:28 25:05:00', '', null],
])('a time written %j with the offset %j is %j', async (taken, offset, expected) => {
  const exif = await ofExif(text(tag.taken, taken), text(tag.offset, offset));

  expect(exif?.datetimeOriginal).toBe(expected);
});

test('a picture without DateTimeOriginal was taken when it was digitized, by that offset', async () => {
  const exif = await ofExif(
    text(tag.taken, '    :  :     :  :  '),
    text(tag.offset, '+01:00'),
    text(tag.digitized, '2011:07:19 11:36:38'),
    text(tag.offsetDigitized, '-05:00'),
  );

  expect(exif?.datetimeOriginal).toBe('2011-07-19T11:36:38-05:00');
});

test.each([
  ['0', short(tag.iso, 0), null],
  ['65535', short(tag.iso, 65_535), null],
  ['4294967295', long(tag.iso, 0xffff_ffff), null],
  ['the text 400', text(tag.iso, '400'), 400],
  ['two numbers, the first of which is 0', shorts(tag.iso, [0, 200]), 200],
])('a sensitivity of %s is read as %s', async (_, entry, expected) => {
  expect((await ofExif(entry, text(tag.lens, 'A lens')))?.iso).toBe(expected);
});

test('a sensitivity that does not fit its tag is read from the wider one', async () => {
  const exif = await ofExif(short(tag.iso, 65_535), long(tag.sensitivity, 102_400));

  expect(exif?.iso).toBe(102_400);
});

function shorts(number: number, values: number[]): Entry {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return { tag: number, type: 3, count: values.length, bytes };
}

test.each([
  ['0/0', [0, 0]],
  ['0/1', [0, 1]],
  ['1/0', [1, 0]],
  ['4294967295/1', [0xffff_ffff, 1]],
] as [string, [number, number]][])(
  'an exposure, aperture and focal length of %s are unknown',
  async (_, pair) => {
    const exif = await ofExif(
      rationals(tag.exposure, [pair]),
      rationals(tag.fNumber, [pair]),
      rationals(tag.focalLength, [pair]),
      text(tag.lens, 'A lens'),
    );

    expect(exif).toMatchObject({ exposureTime: null, fNumber: null, focalLength: null });
  },
);

test('an exposure is computed from APEX values where its own tags say nothing', async () => {
  const exif = await ofExif(
    rationals(tag.exposure, [[0, 1]]),
    signedRationals(tag.shutterSpeed, [[6_643_856, 1_000_000]]),
    rationals(tag.aperture, [[6_643_856, 1_000_000]]),
  );

  expect(exif).toMatchObject({ exposureTime: 0.01, fNumber: 10 });
});

test('an exposure of seconds is computed from a negative shutter speed stored as unsigned', async () => {
  const exif = await ofExif(rationals(tag.shutterSpeed, [[0xffff_fffe, 1]]));

  expect(exif?.exposureTime).toBe(4);
});

test('APEX values of 0 are unknown', async () => {
  const exif = await ofExif(
    signedRationals(tag.shutterSpeed, [[0, 1]]),
    rationals(tag.aperture, [[0, 1]]),
    text(tag.lens, 'A lens'),
  );

  expect(exif).toMatchObject({ exposureTime: null, fNumber: null });
});

test('an exposure compensation stored as unsigned is negative in the raw tags', async () => {
  const block = tiffBlock({ exif: [rationals(tag.bias, [[0xffff_fffe, 3]])] });
  const { raw } = await read(jpegWith(block));

  expect(raw?.['ExposureCompensation']).toBeCloseTo(-2 / 3, 10);
});

test.each([
  ['ends at its first NUL', Buffer.from('NIKON\0garbage'), 'NIKON'],
  [
    'is read as CP1252',
    Buffer.from('Kodak \x93Retina\x94 \x96 III', 'latin1'),
    'Kodak “Retina” – III',
  ],
  ['is read as UTF-8', Buffer.from('Käfer “3”'), 'Käfer “3”'],
  [
    'is read as UTF-8 although its last character is cut off',
    Buffer.from('Käfer é').subarray(0, -1),
    'Käfer',
  ],
  ['of one byte is read as CP1252', Buffer.from([0xe9]), 'é'],
  ['without a letter or digit is none', Buffer.from('----'), null],
] as [string, Buffer, string | null][])('text %s', async (_, written, expected) => {
  const exif = await ofMain(text(tag.make, written), text(tag.model, 'Any'));

  expect(exif?.cameraMake).toBe(expected);
});

test.each([1, 7])('names and times stored as type %i are text', async (type) => {
  const block = tiffBlock({
    ifd0: [text(tag.make, 'NIKON', type)],
    exif: [text(tag.taken, '2011:07:19 11:36:38', type), text(tag.lens, 'A lens', type)],
  });

  expect((await read(jpegWith(block))).exif).toMatchObject({
    cameraMake: 'NIKON',
    datetimeOriginal: '2011-07-19T11:36:38',
    lensModel: 'A lens',
  });
});
