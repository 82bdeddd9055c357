import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Claims } from '#lib/images/picture.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { cpuTimeOf } from '#test/support/cpu-time.ts';
import { drawnAnimation, drawnBy, drawnJpeg, drawnPng } from '#test/support/drawn-pictures.ts';
import { hostilePictures, pngHeaderOnly } from '#test/support/hostile-pictures.ts';
import { short, text, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';

const refusalOf = async (bytes: Uint8Array, claims: Claims = {}) => {
  const answer = await sharpInspect(bytes, claims);
  return 'refusal' in answer ? answer.refusal : undefined;
};

test.each(Object.entries(drawnBy))(
  'takes a %s, whatever its name leaves out',
  async (format, draw) => {
    const bytes = await draw({ width: 320, height: 200 });

    const metadata = { width: 320, height: 200, format };
    expect(await sharpInspect(bytes, {})).toEqual({ metadata });
    expect(await sharpInspect(bytes, { name: `a.b.${format.toUpperCase()}` })).toEqual({
      metadata,
    });
    expect(
      await sharpInspect(bytes, { name: 'IMG.2024', contentType: 'binary/octet-stream' }),
    ).toEqual({ metadata });
  },
);

test.each([1, 3, 6, 8] as const)(
  'measures a picture as it is seen under orientation %i',
  async (orientation) => {
    const metadata = { width: 300, height: 200, format: 'jpeg' };
    const bytes = await drawnJpeg({ width: 300, height: 200, orientation });

    expect(await sharpInspect(bytes, {})).toEqual({ metadata });
  },
);

test.each(['gif', 'webp'] as const)('measures one frame of an animated %s', async (format) => {
  const bytes = await drawnAnimation(format, { width: 70, height: 50 });

  expect(await sharpInspect(bytes, {})).toEqual({ metadata: { width: 70, height: 50, format } });
});

test.each([
  { name: 'a.jpg', contentType: 'image/jpeg; charset=binary' },
  { name: 'a.JPEG', contentType: 'image/jpg' },
  { name: 'a.jfif', contentType: '' },
  { name: 'a.jpe', contentType: 'application/octet-stream' },
])('sees no contradiction in a JPEG that is $name and $contentType', async (claims) => {
  expect(await refusalOf(await drawnJpeg(), claims)).toBeUndefined();
});

test.each([
  [{ name: 'a.png' }, 'JPEG', 'PNG'],
  [{ name: 'a.txt' }, 'JPEG', 'text'],
  [{ name: 'a.jpg', contentType: 'image/webp' }, 'JPEG', 'image/webp'],
  [{ contentType: 'text/plain' }, 'JPEG', 'text/plain'],
])('refuses a JPEG that claims %j, naming both', async (claims, really, claimed) => {
  const refusal = await refusalOf(await drawnJpeg(), claims);

  expect(refusal?.kind).toBe('type');
  expect(refusal?.reason).toMatch(/^invalid file format: /);
  expect(refusal?.reason).toContain(really);
  expect(refusal?.reason).toContain(claimed);
});

test('refuses every hostile picture in milliseconds, with a sentence', async () => {
  const statuses = { type: 415, contents: 422 };
  await sharpInspect(await drawnJpeg(), {}); // the first call loads the decoders

  for (const { name, contentType, bytes, expected } of await hostilePictures()) {
    const { answer: refusal, cpuMs } = await cpuTimeOf(() =>
      refusalOf(bytes, { name, contentType }),
    );

    expect(cpuMs, name).toBeLessThan(250);
    expect(refusal ? statuses[refusal.kind] : 'failed later', name).toBe(expected);
    expect(refusal?.reason ?? 'A sentence.', name).toMatch(/^(invalid file format: |[A-Z]).+\.$/);
    expect(refusal?.reason ?? '', name).not.toMatch(/vips|heif:|\n|\/tmp|node_modules/i);
  }
});

test('tells how to send a HEIC, also one that calls itself a JPEG', async () => {
  const heic = (await hostilePictures()).find(({ name }) => name.endsWith('.heic'));

  const refusal = await refusalOf(heic?.bytes ?? Buffer.alloc(0), { name: 'IMG_1.jpg' });

  expect(refusal?.kind).toBe('type');
  expect(refusal?.reason).toMatch(/HEIC.*JPEG.*Most Compatible/);
});

test.each([
  [{ width: 16_384, height: 10 }, '16 384', '16 383'],
  [{ width: 8_000, height: 8_000 }, '64 megapixels', '50'],
  [{ width: 7_500, height: 7_000, bitDepth: 16, colourType: 6 }, '52.5 megapixels', '50'],
] as const)('refuses %j with the numbers', async (header, has, limit) => {
  const refusal = await refusalOf(pngHeaderOnly(header));

  expect(refusal?.kind).toBe('contents');
  expect(refusal?.reason).toContain(has);
  expect(refusal?.reason).toContain(limit);
});

test('takes what is just within the limits', async () => {
  const widest = await drawnPng({ width: 16_383, height: 2 });
  const largest = pngHeaderOnly({ width: 10_000, height: 5_000, colourType: 2 });
  const deepest = pngHeaderOnly({ width: 6_250, height: 5_000, bitDepth: 16, colourType: 6 });

  expect(await refusalOf(widest)).toBeUndefined();
  expect(await refusalOf(largest)).toBeUndefined(); // exactly 50 megapixels
  expect(await refusalOf(deepest)).toBeUndefined(); // exactly 250 MB
});

test('refuses more raw bytes than 250 MB even where the pixels are few enough', async () => {
  const directory = tiffBlock({
    ifd0: [
      short(256, 9_000),
      short(257, 5_000),
      { tag: 258, type: 3, count: 3, bytes: Buffer.from([32, 0, 32, 0, 32, 0]) },
      short(259, 1),
      short(262, 2),
      { tag: 273, type: 4, count: 1, bytes: Buffer.from([8, 0, 0, 0]) },
      short(277, 3),
      short(278, 5_000),
      { tag: 279, type: 4, count: 1, bytes: Buffer.from([8, 0, 0, 0]) },
      { tag: 339, type: 3, count: 3, bytes: Buffer.from([3, 0, 3, 0, 3, 0]) },
    ],
  });

  const refusal = await refusalOf(directory);

  expect(refusal).toEqual({ kind: 'contents', reason: expect.stringMatching(/540 MB.*250 MB/) });
});

test('counts the frames of an animation before libvips does, which takes it seconds', async () => {
  const chunk = (type: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(type);
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body]);
  };
  const pixel = { create: { width: 1, height: 1, channels: 3, background: 'red' } } as const;
  const still = await sharp(pixel).webp({ lossless: true }).toBuffer();
  const frame = chunk('ANMF', Buffer.concat([Buffer.alloc(16), still.subarray(12)]));
  const frames = Buffer.alloc(frame.length * 100_000, frame);
  const head = [
    chunk('VP8X', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
    chunk('ANIM', Buffer.alloc(6)),
  ];
  const endless = chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...head, frames]));

  const { answer: refusal, cpuMs } = await cpuTimeOf(() => refusalOf(endless));

  expect(cpuMs).toBeLessThan(250);
  expect(refusal).toEqual({ kind: 'contents', reason: expect.stringContaining('5 000 frames') });
});

test.each([
  ['a DNG', [text(0xc612, 'abc')]],
  [
    'a NEF',
    [
      { ...short(0x00fe, 1), type: 4 },
      { ...short(0x014a, 99), type: 4 },
    ],
  ],
])('refuses the camera raw in %s, whose preview is not the picture', async (_, ifd0) => {
  const refusal = await refusalOf(tiffBlock({ ifd0 }));

  expect(refusal).toEqual({ kind: 'type', reason: expect.stringContaining('camera raw') });
});

test.each([
  ['BMP', Buffer.from('BM\x36\0\0\0\0\0\0\0\x36\0', 'latin1')],
  ['ICO', Buffer.from([0, 0, 1, 0, 1, 0])],
  ['JPEG XL', Buffer.from([0xff, 0x0a, 0, 0])],
  ['JPEG 2000', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1')],
  ['HTML', Buffer.from('<!doctype html><p>hello')],
  ['video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1')],
])('calls a %s by its name', async (label, bytes) => {
  const refusal = await refusalOf(bytes, { name: 'photo.jpg' });

  expect(refusal).toEqual({
    kind: 'type',
    reason: expect.stringContaining(`the file is ${label}`),
  });
});

test('never throws, whatever the bytes', async () => {
  let state = 9;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state % below;
  };
  const originals = await Promise.all(
    Object.values(drawnBy).map((draw) => draw({ width: 64, height: 48 })),
  );

  for (const original of originals)
    for (let round = 0; round < 100; round++) {
      const broken = Buffer.from(
        original.subarray(0, round % 2 ? original.length : random(original.length)),
      );
      for (let flips = random(8); flips > 0 && broken.length > 0; flips--)
        broken[random(Math.min(broken.length, 400))] = random(256);
      const answer = await sharpInspect(broken, {});
      expect('refusal' in answer || answer.metadata.width > 0).toBe(true);
    }
});
