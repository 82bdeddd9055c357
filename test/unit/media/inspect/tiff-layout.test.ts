import { expect, test } from 'vitest';
import { readTiffLayout } from '#lib/media/inspect/tiff-layout.ts';
import { drawn } from '#test/support/drawn-pictures.ts';
import { short, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';

const picture = () => drawn({ width: 64, height: 48 });

test('the layout of a TIFF omits strips with all channels', async () => {
  expect(readTiffLayout(await (await picture()).tiff({ compression: 'lzw' }).toBuffer())).toEqual(
    {},
  );
});

test.each([false, true])(
  'the layout has the tiles of a TIFF, also of a BigTIFF: %s',
  async (bigtiff) => {
    const options = { tile: true, tileWidth: 32, tileHeight: 48, bigtiff };

    expect(readTiffLayout(await (await picture()).tiff(options).toBuffer())).toEqual({
      tile: { width: 32, height: 48 },
    });
  },
);

test.each([false, true])(
  'the layout of a TIFF has the rows of separate channels, big endian: %s',
  (bigEndian) => {
    const entry = (tag: number, value: number) => short(tag, value, bigEndian);

    expect(
      readTiffLayout(tiffBlock({ bigEndian, ifd0: [entry(278, 16), entry(284, 2)] })).planarRows,
    ).toBe(16);
    expect(
      readTiffLayout(tiffBlock({ bigEndian, ifd0: [entry(284, 2)] })).planarRows,
    ).toBeGreaterThan(1e9);
  },
);

test('the layout of a TIFF takes the larger of two values', () => {
  const ifd0 = [short(322, 8_192), short(322, 16), short(323, 16), short(323, 8_192)];

  expect(readTiffLayout(tiffBlock({ ifd0 }))).toEqual({ tile: { width: 8_192, height: 8_192 } });
});

test('reading the layout of a TIFF ends at the end of the file', async () => {
  const tiff = await (await picture()).tiff({ tile: true }).toBuffer();

  for (let end = 8; end < tiff.length; end += 7)
    expect(typeof readTiffLayout(tiff.subarray(0, end))).toBe('object');
});
