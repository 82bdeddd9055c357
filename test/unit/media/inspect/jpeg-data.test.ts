import { describe, expect, test } from 'vitest';
import { missingJpegShare } from '#lib/media/inspect/jpeg-data.ts';
import { drawn } from '#test/support/drawn-pictures.ts';

const picture = () => drawn({ width: 320, height: 240 });

const ways = {
  '4:2:0': async () => (await picture()).jpeg().toBuffer(),
  '4:4:4': async () => (await picture()).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  grey: async () => (await picture()).toColourspace('b-w').jpeg().toBuffer(),
  'of plain colour': async () =>
    (await picture()).resize(16, 16).resize(1_000, 1_000, { kernel: 'nearest' }).jpeg().toBuffer(),
};

describe('the data of a JPEG', () => {
  test.each(Object.entries(ways))('is counted as complete where it is: %s', async (_, write) => {
    const jpeg = await write();

    expect(missingJpegShare(jpeg)).toBe(0);
    expect(missingJpegShare(jpeg.subarray(0, -2))).toBe(0); // no end marker
  });

  test.each(Object.entries(ways))(
    'is counted where half of it is missing: %s',
    async (_, write) => {
      const jpeg = await write();
      const start = jpeg.indexOf(Buffer.from([0xff, 0xda]));
      const half = jpeg.subarray(0, start + Math.round((jpeg.length - start) / 2));
      const ended = Buffer.concat([half, Buffer.from([0xff, 0xd9])]);

      expect(missingJpegShare(half)).toBeGreaterThan(0.3);
      expect(missingJpegShare(ended)).toBe(missingJpegShare(half));
      expect(missingJpegShare(ended)).toBeLessThan(0.7);
    },
  );

  test('is not judged where it is progressive', async () => {
    expect(
      missingJpegShare(await (await picture()).jpeg({ progressive: true }).toBuffer()),
    ).toBeUndefined();
  });

  test('never throws, wherever the file is cut off', async () => {
    const jpeg = await ways['4:2:0']();

    for (let end = 0; end < jpeg.length; end += 97)
      expect(missingJpegShare(jpeg.subarray(0, end)) ?? 1).toBeGreaterThan(0);
  });
});
