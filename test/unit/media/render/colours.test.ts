import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { decodePixels } from '#lib/media/render/decode-pixels.ts';
import { greyProfile, rgbProfile } from '#lib/media/render/icc-profile.ts';
import { toTiff } from '#lib/media/render/tiff-pixels.ts';

const d65 = [0.3127, 0.329] as const;
const srgb = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: d65 } as const;
const p3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: d65 } as const;
const srgbCurve = (value: number) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

/** The colour that a picture of a single one comes out in. */
const seen = async (bytes: Buffer): Promise<number[]> => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) throw new Error(inspected.refusal.reason);
  const pixels = await decodePixels(bytes, inspected.metadata, 100);
  if ('refusal' in pixels) throw new Error(pixels.refusal.reason);
  const { data, channels } = pixels;
  const middle = Math.floor(data.length / channels / 2) * channels;
  return channels < 3 ? Array(3).fill(data[middle]) : [...data.subarray(middle, middle + 3)];
};

const expectNear = (found: number[], expected: readonly number[], tolerance = 3) => {
  for (const [index, value] of expected.entries())
    expect(Math.abs((found[index] ?? 0) - value), `${found} for ${expected}`).toBeLessThanOrEqual(
      tolerance,
    );
};

const red = [220, 30, 30] as const;
const side = 16;

/** A picture of one colour with this profile, as 8 bits in memory. */
const tagged = (colour: readonly number[], profile: Buffer): Sharp => {
  const channels = colour.length as 1 | 3;
  const data = Buffer.from(Array.from({ length: side * side }, () => colour).flat());
  return sharp(toTiff({ data, width: side, height: side, channels }, { profile })).keepIccProfile();
};

const deep = (picture: Sharp) => picture.toColourspace('rgb16');

/** A PNG chunk in front of the pixels. */
const withChunks = (png: Buffer, ...chunks: [string, Buffer][]): Buffer => {
  const made = chunks.map(([type, body]) => {
    const chunk = Buffer.alloc(12 + body.length);
    chunk.writeUInt32BE(body.length);
    chunk.write(type, 4, 'latin1');
    body.copy(chunk, 8);
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
    return chunk;
  });
  return Buffer.concat([png.subarray(0, 33), ...made, png.subarray(33)]);
};
const numbers = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};
const plain = (colour: readonly number[]) => {
  const data = Buffer.from(Array.from({ length: side * side }, () => colour).flat());
  const channels = colour.length as 1 | 3;
  return sharp(data, { raw: { width: side, height: side, channels } });
};

describe('colours with a profile', () => {
  test.each([
    ['PNG', (it: Sharp) => it.png()],
    ['TIFF', (it: Sharp) => it.tiff({ compression: 'lzw' })],
  ])('of 16 bits are right in a %s', async (_, write) => {
    for (const primaries of [srgb, p3]) {
      const shallow = await seen(
        await write(tagged(red, rgbProfile(primaries, srgbCurve))).toBuffer(),
      );
      const bytes = await write(deep(tagged(red, rgbProfile(primaries, srgbCurve)))).toBuffer();

      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
      if (primaries === srgb) expectNear(await seen(bytes), red);
      expectNear(await seen(bytes), shallow);
    }
  });

  test('of 10 bits are right in an AVIF', async () => {
    const bytes = await tagged(red, rgbProfile(srgb, srgbCurve))
      .avif({ bitdepth: 10, quality: 90 })
      .toBuffer();

    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    expectNear(await seen(bytes), red, 5);
  });

  test('of grey are as right in 16 bits as in 8', async () => {
    const profile = greyProfile((value) => value ** 1.8);
    const shallow = await tagged([95], profile).toColourspace('b-w').png().toBuffer();
    const data = Buffer.alloc(2 * side * side);
    for (let at = 0; at < data.length; at += 2) data.writeUInt16LE(95 * 257, at);
    const grey16 = toGrey16(data, profile);

    expectNear(await seen(shallow), [114, 114, 114]);
    expectNear(await seen(grey16), [114, 114, 114]);
  });
});

/** A TIFF of 16-bit grey: sharp writes none with a profile. */
const toGrey16 = (data: Buffer, profile: Buffer): Buffer => {
  const tiff = toTiff(
    { data: Buffer.from(data), width: 2 * side, height: side, channels: 1 },
    { profile },
  );
  const directory = tiff.readUInt32LE(4);
  for (let entry = 0; entry < tiff.readUInt16LE(directory); entry++) {
    const at = directory + 2 + 12 * entry;
    if (tiff.readUInt16LE(at) === 256) tiff.writeUInt32LE(side, at + 8);
    if (tiff.readUInt16LE(at) === 258) tiff.writeUInt16LE(16, at + 8);
  }
  return tiff;
};

describe('colours that a PNG defines by numbers', () => {
  test('are converted: cICP', async () => {
    const png = await plain([200, 60, 50]).png().toBuffer();
    const asProfile = await tagged([200, 60, 50], rgbProfile(p3, srgbCurve)).png().toBuffer();

    expectNear(
      await seen(withChunks(png, ['cICP', Buffer.from([12, 13, 0, 1])])),
      await seen(asProfile),
    );
  });

  test('are converted: a gamma of one', async () => {
    const linear = Math.round(255 * srgbCurve(150 / 255));
    const png = await plain([linear, linear, linear]).png().toBuffer();

    expectNear(await seen(withChunks(png, ['gAMA', numbers(100_000)])), [150, 150, 150]);
  });

  test('are converted: chromaticities of their own', async () => {
    const png = await plain([200, 60, 50]).png().toBuffer();
    const chromaticities = numbers(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000);
    const asProfile = await tagged([200, 60, 50], rgbProfile(p3, srgbCurve)).png().toBuffer();

    expectNear(await seen(withChunks(png, ['cHRM', chromaticities])), await seen(asProfile));
  });

  test('are not converted where they equal sRGB, or make no sense', async () => {
    const png = await plain(red).png().toBuffer();

    for (const chunks of [
      [['gAMA', numbers(45_455)]],
      [['cICP', Buffer.from([1, 13, 0, 1])]],
      [
        ['sRGB', Buffer.from([0])],
        ['gAMA', numbers(100_000)],
      ],
      [['cHRM', Buffer.alloc(32)]],
    ] as [string, Buffer][][])
      expectNear(await seen(withChunks(png, ...chunks)), red, 0);
  });

  test('are refused with their number where it is unknown', async () => {
    const png = await plain(red).png().toBuffer();

    await expect(seen(withChunks(png, ['cICP', Buffer.from([77, 13, 0, 1])]))).rejects.toThrow(
      /colour primaries 77/,
    );
  });

  test.each([
    ['PQ', 16, [148, 148, 148]],
    ['HLG', 18, [191, 191, 191]],
  ])('are tone-mapped: %s white stays nearly white', async (_, transfer, white) => {
    const png = await plain(white).png().toBuffer();
    const [level = 0] = await seen(withChunks(png, ['cICP', Buffer.from([9, transfer, 0, 1])]));

    expect(level).toBeGreaterThan(215);
    expect(level).toBeLessThan(250);
  });
});

describe('extra channels of a TIFF', () => {
  /** Five channels; ExtraSamples describes the last two. */
  const fiveChannels = (
    kinds: readonly [number, number],
    further: readonly [number, number],
  ): Buffer => {
    const pixels = Buffer.from(
      Array.from({ length: side * side }, () => [...red, ...further]).flat(),
    );
    return tiffOfFive(pixels, kinds);
  };

  test.each([
    ['saved selections', [0, 0], [0, 0], red],
    ['a selection and transparency', [0, 2], [255, 0], [255, 255, 255]],
    ['transparency and a selection', [2, 0], [255, 0], red],
  ] as const)(
    'are ignored unless they are transparency: %s',
    async (_, kinds, further, expected) => {
      expectNear(await seen(fiveChannels(kinds, further)), expected);
    },
  );
});

const tiffOfFive = (pixels: Buffer, kinds: readonly [number, number]): Buffer => {
  const short = (tag: number, count: number, value: number) => {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(tag);
    entry.writeUInt16LE(count < 0 ? 4 : 3, 2);
    entry.writeUInt32LE(Math.abs(count), 4);
    entry.writeUInt32LE(value, 8);
    return entry;
  };
  const count = 10;
  const bitsAt = 8 + 2 + 12 * count + 4;
  const dataAt = bitsAt + 10;
  const entries = [
    short(256, 1, side),
    short(257, 1, side),
    short(258, 5, bitsAt),
    short(259, 1, 1),
    short(262, 1, 2),
    short(273, -1, dataAt),
    short(277, 1, 5),
    short(278, 1, side),
    short(279, -1, pixels.length),
    short(338, 2, kinds[0] | (kinds[1] << 16)),
  ];
  const start = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  const counted = Buffer.from([count, 0]);
  const bits = Buffer.from([8, 0, 8, 0, 8, 0, 8, 0, 8, 0]);
  return Buffer.concat([start, counted, ...entries, Buffer.alloc(4), bits, pixels]);
};
