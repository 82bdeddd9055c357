import { expect, test } from 'vitest';
import type { Exif } from '#lib/images/exif.ts';
import { readInMemory as read } from './read-in-memory.ts';
import {
  byte,
  type Entry,
  jpegWith,
  rationals,
  short,
  signedRationals,
  text,
  tiffBlock,
} from './tiff-block.ts';
import { comment, ofExif, ofMain, tag } from './value-fixtures.ts';

const gpsTag = { latRef: 1, lat: 2, lonRef: 3, lon: 4, altRef: 5, alt: 6 };

const utf16 = (value: string, order: 'little' | 'big') => {
  const bytes = Buffer.from(value, 'utf16le');
  return order === 'little' ? bytes : bytes.swap16();
};

test.each([
  ["UTF-16 in the file's order", comment('UNICODE', utf16('Hello', 'little')), 'Hello'],
  ['UTF-16 in the other order', comment('UNICODE', utf16('Hello', 'big')), 'Hello'],
  ['UTF-16 with a byte order mark', comment('UNICODE', utf16('\ufeff日本', 'big')), '日本'],
  ['ASCII', comment('ASCII', Buffer.from('Hello\0\0\0')), 'Hello'],
  ['no name of its characters', comment('', Buffer.from('Hello')), 'Hello'],
  ['JIS', comment('JIS', Buffer.from('\x1b$B$3$s$K$A$O\x1b(B', 'latin1')), 'こんにちは'],
])('a comment in %s is read', async (_, entry, expected) => {
  const { raw } = await read(jpegWith(tiffBlock({ exif: [entry] })));

  expect(raw?.['UserComment']).toBe(expected);
});

const place = (change: { [name in keyof typeof gpsTag]?: Entry | null }) =>
  Object.values({
    latRef: text(gpsTag.latRef, 'S'),
    lat: rationals(gpsTag.lat, [
      [33, 1],
      [30, 1],
      [0, 1],
    ]),
    lonRef: text(gpsTag.lonRef, 'W'),
    lon: rationals(gpsTag.lon, [
      [151, 1],
      [15, 1],
      [0, 1],
    ]),
    ...change,
  }).filter((entry) => entry !== null);

const zeros = (number: number, denominator: number) =>
  rationals(number, Array(3).fill([0, denominator]));

const there = { lat: -33.5, lon: -151.25 };

test.each([
  [
    'with signed values beside S and W',
    {
      lat: signedRationals(gpsTag.lat, [
        [-33, 1],
        [-30, 1],
        [0, 1],
      ]),
      lon: signedRationals(gpsTag.lon, [
        [-151, 1],
        [15, 1],
        [0, 1],
      ]),
    },
    { ...there, alt: null },
  ],
  [
    'with seconds of 0/0',
    {
      lat: rationals(gpsTag.lat, [
        [33, 1],
        [30, 1],
        [0, 0],
      ]),
    },
    { ...there, alt: null },
  ],
  ['with text for numbers', { lat: text(gpsTag.lat, '33,30,00.0') }, { ...there, alt: null }],
  [
    'with whole words for letters',
    { latRef: text(gpsTag.latRef, 'south') },
    { ...there, alt: null },
  ],
  [
    'below sea level by the text 1',
    { altRef: text(gpsTag.altRef, '1'), alt: rationals(gpsTag.alt, [[101, 10]]) },
    { ...there, alt: -10.1 },
  ],
  [
    'below sea level by the byte of the digit 1',
    { altRef: byte(gpsTag.altRef, 0x31), alt: rationals(gpsTag.alt, [[101, 10]]) },
    { ...there, alt: -10.1 },
  ],
  [
    'with letters stored as undefined bytes',
    { latRef: text(gpsTag.latRef, 'S', 7), lonRef: byte(gpsTag.lonRef, 0x57) },
    { ...there, alt: null },
  ],
  [
    'below sea level by a sign and the reference 1',
    { altRef: byte(gpsTag.altRef, 1), alt: signedRationals(gpsTag.alt, [[-101, 10]]) },
    { ...there, alt: -10.1 },
  ],
  [
    'at an altitude of 4294967254',
    { alt: rationals(gpsTag.alt, [[0xffff_ffd6, 1]]) },
    { ...there, alt: null },
  ],
  ['at zeros', { lat: zeros(gpsTag.lat, 1), lon: zeros(gpsTag.lon, 1) }, null],
  ['at zeros with zero precision', { lat: zeros(gpsTag.lat, 0), lon: zeros(gpsTag.lon, 0) }, null],
] as [string, Parameters<typeof place>[0], Exif['gps']][])(
  'a place is read %s',
  async (_, change, expected) => {
    const block = tiffBlock({ ifd0: [text(tag.make, 'Any')], gps: place(change) });
    const { exif } = await read(jpegWith(block));

    expect(exif?.gps).toEqual(expected);
  },
);

test.each(['----', '0.0 mm f/0.0', 'Unknown (0)', '0mm'])(
  'a lens called %j is unknown',
  async (name) => {
    expect((await ofExif(text(tag.lens, name), short(tag.iso, 100)))?.lensModel).toBeNull();
  },
);

test('the words that Windows writes are title and keywords', async () => {
  const words = (number: number, value: string): Entry => {
    const bytes = Buffer.from(`${value}\0`, 'utf16le');
    return { tag: number, type: 1, count: bytes.length, bytes };
  };

  const exif = await ofMain(
    words(tag.xpTitle, 'Am Hafen'),
    words(tag.xpKeywords, 'boats; dusk;boats;'),
    text(tag.description, 'Two boats'),
  );

  expect(exif).toMatchObject({
    title: 'Am Hafen',
    description: 'Two boats',
    keywords: ['boats', 'dusk'],
  });
  expect(exif?.sources).toBeUndefined();
});

test('the name of the camera is no description', async () => {
  const exif = await ofMain(
    text(tag.make, 'OLYMPUS'),
    text(tag.description, 'OLYMPUS DIGITAL CAMERA'),
  );

  expect(exif?.description).toBeUndefined();
});
