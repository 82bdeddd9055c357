import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sharpInspect, sharpInspectWith } from '#lib/media/inspect/sharp-inspect.ts';
import { measureCpuTime } from '#test/support/cpu-time.ts';
import { drawnHeic } from '#test/support/drawn-heic.ts';
import { drawnAnimation, drawnBy, drawnJpeg, drawnPng } from '#test/support/drawn-pictures.ts';
import { hostilePictures, pngHeaderOnly } from '#test/support/hostile-pictures.ts';
import { short, text, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';

const findRefusal = async (bytes: Uint8Array, inspect = sharpInspect) => {
  const answer = await inspect(bytes);
  return 'refusal' in answer ? answer.refusal : undefined;
};

test.each(Object.entries({ ...drawnBy, heic: async () => drawnHeic() }))(
  'inspection detects a %s by its bytes',
  async (format, draw) => {
    const bytes = await draw({ width: 128, height: 128 });

    expect(await sharpInspect(bytes)).toEqual({ metadata: { width: 128, height: 128, format } });
  },
);

test.each([1, 3, 6, 8] as const)(
  'inspection measures a picture as displayed under orientation %i',
  async (orientation) => {
    const metadata = { width: 300, height: 200, format: 'jpeg' };
    const bytes = await drawnJpeg({ width: 300, height: 200, orientation });

    expect(await sharpInspect(bytes)).toEqual({ metadata });
  },
);

test.each(['gif', 'webp'] as const)(
  'inspection measures one frame of an animated %s',
  async (format) => {
    const bytes = await drawnAnimation(format, { width: 70, height: 50 });

    expect(await sharpInspect(bytes)).toEqual({ metadata: { width: 70, height: 50, format } });
  },
);

test('inspection refuses every hostile picture in milliseconds, with a sentence', async () => {
  const statuses = { type: 415, contents: 422 };
  await sharpInspect(await drawnJpeg()); // the first call loads the decoders

  for (const { name, bytes, expected } of await hostilePictures()) {
    const { answer: refusal, cpuMs } = await measureCpuTime(() => findRefusal(bytes));

    expect(cpuMs, name).toBeLessThan(250);
    expect(refusal ? statuses[refusal.kind] : 'failed later', name).toBe(expected);
    expect(refusal?.reason ?? 'A sentence.', name).toMatch(/^(invalid file format: |[A-Z]).+\.$/);
    expect(refusal?.reason ?? '', name).not.toMatch(/vips|heif:|\n|\/tmp|node_modules/i);
  }
});

test('inspection refuses HEIC where it is disabled, and says how to send such a picture', async () => {
  const inspect = sharpInspectWith({ maxMegapixels: 268, heic: false });

  const refusal = await findRefusal(drawnHeic(), inspect);

  expect(refusal?.kind).toBe('type');
  expect(refusal?.reason).toMatch(/HEIC.*JPEG.*Most Compatible/);
});

test.each([
  ['as it is', {}, 192, 64],
  ['turned to the left', { irot: 1 }, 64, 192],
  ['turned and mirrored', { irot: 3, imir: 1 }, 64, 192],
  ['with padding', { width: 130, height: 60 }, 130, 60],
])('inspection measures a HEIC %s', async (_, drawing, width, height) => {
  const bytes = drawnHeic({ tiles: [['red', 'green', 'blue']], ...drawing });

  expect(await sharpInspect(bytes)).toEqual({ metadata: { width, height, format: 'heic' } });
});

test('inspection applies the configured limit of megapixels, with a tolerance for rounded camera sizes', async () => {
  const inspect = sharpInspectWith({ maxMegapixels: 50, heic: true });

  expect(
    await findRefusal(pngHeaderOnly({ width: 8_160, height: 6_144 }), inspect),
  ).toBeUndefined();
  expect(await findRefusal(pngHeaderOnly({ width: 8_300, height: 6_144 }), inspect)).toEqual({
    kind: 'contents',
    code: 'too_many_pixels',
    reason: expect.stringMatching(/8 300 × 6 144 pixels.*at most 50/),
  });
});

test.each([
  [{ width: 65_501, height: 10 }, '65 501', '65 500'],
  [{ width: 20_000, height: 20_000 }, '400 megapixels', '268'],
  [{ width: 30_000, height: 8_900, bitDepth: 16, colourType: 6 }, 'MB of memory', '220'],
] as const)('inspection refuses %j with the numbers', async (header, has, limit) => {
  const refusal = await findRefusal(pngHeaderOnly(header));

  expect(refusal?.kind).toBe('contents');
  expect(refusal?.reason).toContain(has);
  expect(refusal?.reason).toContain(limit);
});

test('inspection accepts pictures just within the limits', async () => {
  const widest = await drawnPng({ width: 65_500, height: 2 });
  const largest = pngHeaderOnly({ width: 16_384, height: 16_384, colourType: 2 });

  expect(await findRefusal(widest)).toBeUndefined();
  expect(await findRefusal(largest)).toBeUndefined(); // 268.4 megapixels
});

test('inspection counts the frames of an animation before libvips does, which would take seconds', async () => {
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

  const { answer: refusal, cpuMs } = await measureCpuTime(() => findRefusal(endless));

  expect(cpuMs).toBeLessThan(250);
  expect(refusal).toEqual({
    kind: 'contents',
    code: 'too_many_frames',
    reason: expect.stringContaining('5 000 frames'),
  });
});

test.each([
  ['Adobe DNG', tiffBlock({ ifd0: [text(0xc612, 'abc')] })],
  [
    'Nikon NEF',
    tiffBlock({
      ifd0: [
        { ...short(0x00fe, 1), type: 4 },
        text(271, 'NIKON CORPORATION'),
        { ...short(0x014a, 99), type: 4 },
      ],
    }),
  ],
  ['Sony ARW', tiffBlock({ ifd0: [short(259, 32_767), text(271, 'SONY')] })],
  ['Canon CR2', Buffer.from('II*\0\x10\0\0\0CR\x02\0\0\0\0\0', 'latin1')],
  ['Canon CR3', Buffer.from('\0\0\0\x18ftypcrx \0\0\0\0crx isom', 'latin1')],
  ['Phase One IIQ', Buffer.from('II*\0\x10\0\0\0IIIITwaR\0\0\0\0', 'latin1')],
  ['Olympus ORF', Buffer.from('IIRO\x08\0\0\0\0\0\0\0', 'latin1')],
  ['Panasonic RW2', Buffer.from('IIU\0\x08\0\0\0\0\0\0\0', 'latin1')],
  ['Fujifilm RAF', Buffer.from('FUJIFILMCCD-RAW 0201FF', 'latin1')],
])(
  'inspection refuses the camera raw file %s, whose preview is not the picture',
  async (name, bytes) => {
    const refusal = await findRefusal(bytes);

    expect(refusal).toEqual({
      kind: 'type',
      code: 'unsupported_format',
      reason: `invalid file format: the file is a camera raw file (${name}), which is not read here. Develop it to JPEG or TIFF and send that.`,
    });
  },
);

test.each([
  ['a Windows bitmap (BMP)', Buffer.from(`BM\x36${'\0'.repeat(30)}`, 'latin1')],
  ['an ICO icon', Buffer.from([0, 0, 1, 0, 1, 0])],
  ['JPEG XL', Buffer.from([0xff, 0x0a, 0, 0])],
  ['JPEG 2000', Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1')],
  ['a Photoshop document (PSD)', Buffer.from('8BPS\0\x01', 'latin1')],
  ['PDF', Buffer.from('%PDF-1.7\n', 'latin1')],
  ['SVG', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['an HTML page', Buffer.from('<!doctype html><p>hello')],
  ['a video', Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1')],
  ['a QuickTime video', Buffer.from('\0\0\0\x08wide\0\0\0\x10mdat', 'latin1')],
])('inspection names %s and says what to do', async (name, bytes) => {
  const refusal = await findRefusal(bytes);

  expect(refusal?.kind).toBe('type');
  expect(refusal?.reason).toMatch(/(Export|Send|Develop) [^.]+\.$/);
  expect(refusal?.reason).toContain(`the file is ${name}, which is not read here.`);
});

test('inspection refuses a JPEG with anything before its first marker', async () => {
  const refusal = await findRefusal(Buffer.concat([Buffer.from('\r\n'), await drawnJpeg()]));

  expect(refusal?.kind).toBe('type');
});

test.each([
  ['Zstandard', [short(259, 50_000)]],
  ['old-style JPEG', [short(259, 6), short(322, 64), short(323, 64)]],
  ['CIELAB', [short(262, 8)]],
  ['separate planes', [short(277, 3), short(284, 2), short(322, 64), short(323, 64)]],
])('inspection names the unsupported feature of a TIFF: %s', async (feature, ifd0) => {
  const refusal = await findRefusal(tiffBlock({ ifd0 }));

  expect(refusal?.kind).toBe('contents');
  expect(refusal?.reason).toContain(feature);
  expect(refusal?.reason).not.toMatch(/damaged|incomplete|corrupt/);
});

test('inspection names the variant of PNG that only Apple reads', async () => {
  const png = await drawnPng();
  const cgbi = Buffer.from('\0\0\0\x04CgBI\x50\0\x20\x06\x2b\xd5\xb3\x8e', 'latin1');

  const refusal = await findRefusal(Buffer.concat([png.subarray(0, 8), cgbi, png.subarray(8)]));

  expect(refusal).toEqual({
    kind: 'contents',
    code: 'unsupported_feature',
    reason: expect.stringContaining('CgBI'),
  });
});

test('inspection never throws, whatever the bytes', async () => {
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
      const answer = await sharpInspect(broken);
      expect('refusal' in answer || answer.metadata.width > 0).toBe(true);
    }
});
