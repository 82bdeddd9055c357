import { expect, test } from 'vitest';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import { drawnBy, phoneExif } from '#test/support/drawn-pictures.ts';
import { readInMemory as read } from './read-in-memory.ts';
import { binary, byte, jpegWith, rationals, short, text, tiffBlock } from './tiff-block.ts';

const tags = { make: 0x010f, model: 0x0110, iso: 0x8827, taken: 0x9003, offset: 0x9011 };
const gpsTags = { latRef: 1, lat: 2, lonRef: 3, lon: 4, altRef: 5, alt: 6 };

const drawnFacts = {
  cameraMake: 'Darkroom',
  cameraModel: 'Drawn One',
  lensModel: 'Drawn 4.2mm f/1.7',
  datetimeOriginal: '2017-02-09T19:51:38+01:00',
  iso: 640,
  focalLength: 4.2,
  exposureTime: 0.1,
  fNumber: 1.7,
  gps: { lat: -(33 + 51 / 60 + 30 / 3600), lon: -(70 + 30 / 60 + 36 / 3600), alt: 12.5 },
};

test.each(['jpeg', 'png', 'webp', 'avif'] as const)(
  'reading tags gives the same facts for a %s as for any other format',
  async (format) => {
    const { exif, raw } = await read(await drawnBy[format]({ exif: phoneExif, orientation: 6 }));

    expect(exif).toEqual(drawnFacts);
    expect(raw).toMatchObject({ Make: 'Darkroom', SerialNumber: 'SERIAL-0042', ISO: 640 });
  },
);

test.each(Object.entries(drawnBy))(
  'reading tags finds nothing in a %s without EXIF',
  async (_, draw) => {
    expect((await read(await draw())).found).toBeNull();
  },
);

test('reading tags supports big-endian files', async () => {
  const block = tiffBlock({
    bigEndian: true,
    ifd0: [text(tags.make, 'NIKON')],
    exif: [short(tags.iso, 64, true), rationals(0x829d, [[59, 10]], true)],
  });

  expect((await read(jpegWith(block))).exif).toMatchObject({
    cameraMake: 'NIKON',
    iso: 64,
    fNumber: 5.9,
  });
});

test.each([
  ['2017:02:09 19:51:38', undefined, '2017-02-09T19:51:38'],
  ['2017:02:09 19:51:38', '+01:00', '2017-02-09T19:51:38+01:00'],
  ['2017:02:09 19:51:38', '-03:30', '2017-02-09T19:51:38-03:30'],
  ['2017:02:09 19:51:38', '   :  ', '2017-02-09T19:51:38'],
  ['0000:00:00 00:00:00', '+01:00', null],
  ['    :  :     :  :  ', undefined, null],
  ['2017:02:31 10:00:00', undefined, null],
  ['yesterday', undefined, null],
])('reading tags parses the time %j with offset %j as %j', async (taken, offset, expected) => {
  const exif = [text(tags.taken, taken), ...(offset ? [text(tags.offset, offset)] : [])];

  expect((await read(jpegWith(tiffBlock({ exif })))).exif?.datetimeOriginal).toBe(expected);
});

const place = (change: { [name in keyof typeof gpsTags]?: ReturnType<typeof byte> | null }) =>
  Object.values({
    latRef: text(gpsTags.latRef, 'S'),
    lat: rationals(gpsTags.lat, [
      [33, 1],
      [30, 1],
      [0, 1],
    ]),
    lonRef: text(gpsTags.lonRef, 'E'),
    lon: rationals(gpsTags.lon, [
      [151, 1],
      [15, 1],
      [0, 1],
    ]),
    altRef: byte(gpsTags.altRef, 1),
    alt: rationals(gpsTags.alt, [[125, 10]]),
    ...change,
  }).filter((entry) => entry !== null);

test.each([
  ['below sea level', {}, { lat: -33.5, lon: 151.25, alt: -12.5 }],
  ['above it', { altRef: byte(5, 0) }, { lat: -33.5, lon: 151.25, alt: 12.5 }],
  ['at a height of 0/0', { alt: rationals(6, [[0, 0]]) }, { lat: -33.5, lon: 151.25, alt: null }],
  ['without a hemisphere', { latRef: null }, null],
  ['at 0/0 degrees', { lat: rationals(2, [[0, 0]]) }, null],
  ['beyond the pole', { lat: rationals(2, [[91, 1]]) }, null],
  ['without a longitude', { lon: null }, null],
])('reading tags computes the position of a picture taken %s', async (_, change, expected) => {
  const { exif } = await read(jpegWith(tiffBlock({ gps: place(change) })));

  expect(exif?.gps ?? null).toEqual(expected);
});

test('reading tags continues after an entry of an unknown type', async () => {
  const block = tiffBlock({
    ifd0: [
      { tag: 0x010e, type: 77, count: 9, bytes: Buffer.alloc(4) },
      text(tags.make, 'Still here'),
      text(tags.model, 'Käfer 🐞', 129),
    ],
  });

  expect((await read(jpegWith(block))).exif).toMatchObject({
    cameraMake: 'Still here',
    cameraModel: 'Käfer 🐞',
  });
});

test('reading tags ignores an entry that claims four thousand million values', async () => {
  const greedy = [4, 5, 12].map((type) => ({
    tag: 0x0111 + type,
    type,
    count: 0xffff_ffff,
    bytes: Buffer.alloc(4),
  }));

  const { raw } = await read(jpegWith(tiffBlock({ ifd0: [...greedy, text(tags.make, 'Calm')] })));

  expect(raw).toEqual({ Make: 'Calm' });
});

test('reading tags trims text, limits its length, and treats blank text as absent', async () => {
  const block = tiffBlock({
    ifd0: [
      text(tags.make, '  Leica\0\0\0  '),
      text(tags.model, '   '),
      text(0x010e, 'x'.repeat(5000)),
    ],
    exif: [text(0xa434, 'é'.repeat(900)), short(tags.iso, 200)],
  });

  const { exif, raw } = await read(jpegWith(block));

  expect(exif).toMatchObject({ cameraMake: 'Leica', cameraModel: null, iso: 200 });
  expect(exif?.lensModel).toBe('é'.repeat(256));
  expect(raw?.['ImageDescription']).toBe('x'.repeat(1000));
});

test('raw tags are limited to 32 kB, dropping the longest first, without binary ones', async () => {
  const wordy = Array.from({ length: 60 }, (_, index) => text(0xc000 + index, '漢'.repeat(1000)));
  const block = tiffBlock({
    ifd0: [text(tags.make, 'Brief'), ...wordy.slice(0, 12)],
    exif: [text(0x927c, 'a maker note'), binary(0x9999, 500), short(tags.iso, 50)],
  });

  const { raw } = await read(Buffer.concat([block, Buffer.alloc(10)]));

  expect(Buffer.byteLength(JSON.stringify(raw))).toBeLessThanOrEqual(32_768);
  expect(raw).toMatchObject({ Make: 'Brief', ISO: 50 });
  expect(raw).not.toHaveProperty('MakerNote');
  expect(raw).not.toHaveProperty('0x9999');
});

test('reading tags returns what is readable of truncated EXIF', async () => {
  const block = tiffBlock({
    ifd0: [text(tags.make, 'Complete')],
    exif: [short(tags.iso, 400), text(0xa434, 'A lens that is missing')],
  });
  const whole = jpegWith(block);
  const cut = whole.subarray(0, whole.length - 30);

  expect((await read(cut)).exif).toMatchObject({
    cameraMake: 'Complete',
    iso: 400,
    lensModel: null,
  });
});

test('reading tags of any bytes throws only errors of the reader', async () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state % below;
  };
  const small = { width: 64, height: 48, exif: phoneExif };
  const originals = await Promise.all(Object.values(drawnBy).map((draw) => draw(small)));

  for (const original of originals)
    for (let round = 0; round < 150; round++) {
      const broken = Buffer.from(original.subarray(0, random(original.length)));
      for (let flips = random(12); flips > 0 && broken.length > 0; flips--)
        broken[random(Math.min(broken.length, 900))] = random(256);
      const { found } = await read(broken);
      expect(found === null || typeof found.raw === 'object').toBe(true);
    }

  const outage = new Error('the store does not answer');
  await expect(exifrReadTags(() => Promise.reject(outage), 1000)).rejects.toBe(outage);
});
