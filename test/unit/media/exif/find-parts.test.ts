import { expect, test } from 'vitest';
import { drawnJpeg, drawnPng, drawnTiff, phoneExif } from '#test/support/drawn-pictures.ts';
import { pngChunk } from '#test/support/hostile-pictures.ts';
import { readInMemory as read } from './read-in-memory.ts';
import { jpegWith, short, text, tiffBlock } from './tiff-block.ts';

const tags = { make: 0x010f, model: 0x0110, iso: 0x8827 };

test('takes one request of 128 KB for a large JPEG', async () => {
  const large = await drawnJpeg({ width: 1600, height: 1200, exif: phoneExif });

  const { exif, asked } = await read(large);

  expect(exif?.cameraMake).toBe('Darkroom');
  expect(asked).toEqual({ times: 1, bytes: 131_072 });
});

test('reads only what is missing where other segments push the EXIF beyond the first 128 KB', async () => {
  const block = tiffBlock({ ifd0: [text(tags.make, 'Far away')] });

  const { exif, asked } = await read(Buffer.concat([jpegWith(block, 600_000), Buffer.alloc(9e6)]));

  expect(exif?.cameraMake).toBe('Far away');
  expect(asked.bytes).toBeLessThan(400_000);
});

test('never reads more than 1 MB of a file that hides its EXIF', async () => {
  const everySegmentTiny = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    Buffer.alloc(6_000_000, Buffer.from([0xff, 0xe2, 0, 2])),
  ]);

  const { found, asked } = await read(everySegmentTiny);

  expect(found).toBeNull();
  expect(asked.bytes).toBeLessThanOrEqual(1_048_576);
});

test('finds the EXIF of a PNG behind its pixels', async () => {
  const png = await drawnPng({ width: 800, height: 600 });
  const exif = pngChunk('eXIf', tiffBlock({ ifd0: [text(tags.make, 'After IDAT')] }));
  const end = png.length - 12;

  const behind = Buffer.concat([png.subarray(0, end), exif, png.subarray(end)]);

  expect(png.length).toBeGreaterThan(262_144);
  expect((await read(behind)).exif?.cameraMake).toBe('After IDAT');
});

test('reads no more than 288 KB of a PNG that has none', async () => {
  const png = await drawnPng({ width: 1200, height: 900 });

  const { found, asked } = await read(png);

  expect(png.length).toBeGreaterThan(1_000_000);
  expect(found).toBeNull();
  expect(asked).toEqual({ times: 2, bytes: 294_912 });
});

test('does not take pixels that spell eXIf for EXIF', async () => {
  const png = await drawnPng();
  const forged = Buffer.concat([
    Buffer.from([0, 0, 0, 40]),
    Buffer.from('eXIf'),
    tiffBlock({ ifd0: [text(tags.make, 'Forged')] }),
    Buffer.alloc(20),
  ]);
  const end = png.length - 12;

  const { found } = await read(
    Buffer.concat([png.subarray(0, end), pngChunk('IDAT', forged), png.subarray(end)]),
  );

  expect(found).toBeNull();
});

test('reads a TIFF whose directories stand at its end, without what lies between', async () => {
  const camera = tiffBlock({
    ifd0: [text(tags.make, 'Scanner & Sons'), text(tags.model, 'Flatbed')],
    exif: [short(tags.iso, 100)],
    pixelsFirst: 3_000_000,
  });

  const { exif, asked } = await read(camera);

  expect(exif).toMatchObject({ cameraMake: 'Scanner & Sons', cameraModel: 'Flatbed', iso: 100 });
  expect(asked.bytes).toBeLessThan(200_000);
});

test('does not take the layout of a TIFF for EXIF', async () => {
  const plain = await drawnTiff({ width: 500, height: 400, orientation: 6 });

  expect((await read(plain)).found).toBeNull();
});
