import { expect, test } from 'vitest';
import { countJpegSamplesPerPixel } from '#lib/media/inspect/jpeg-sampling.ts';
import { sharp } from '#lib/media/sharp.ts';
import { drawn, drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';

const picture = () => drawn({ width: 64, height: 48, exif: phoneExif });

test('the sampling of a JPEG is read for each component', async () => {
  const halved = await (await picture()).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer();
  const whole = await (await picture()).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const progressive = await (await picture()).jpeg({ progressive: true }).toBuffer();
  const grey = await (await picture()).toColourspace('b-w').jpeg().toBuffer();
  const cmyk = await (await picture())
    .toColourspace('cmyk')
    .jpeg({ chromaSubsampling: '4:4:4' })
    .toBuffer();

  expect(countJpegSamplesPerPixel(halved)).toBe(1.5);
  expect(countJpegSamplesPerPixel(progressive)).toBe(1.5);
  expect(countJpegSamplesPerPixel(whole)).toBe(3);
  expect(countJpegSamplesPerPixel(grey)).toBe(1);
  expect(countJpegSamplesPerPixel(cmyk)).toBe(4);
});

test('sees through sampling factors that only look like 4:2:0', async () => {
  const jpeg = await (await picture()).jpeg({ chromaSubsampling: '4:2:0' }).toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  for (const component of [0, 1, 2]) jpeg[frame + 11 + component * 3] = 0x22;

  expect((await sharp(jpeg).metadata()).chromaSubsampling).toBe('4:2:0');
  expect(countJpegSamplesPerPixel(jpeg)).toBe(3);
});

test('the sampling of a JPEG that ends before its frame is unknown', async () => {
  const jpeg = await drawnJpeg({ width: 64, height: 48 });
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));

  for (const end of [0, 2, 3, 20, frame, frame + 9])
    expect(countJpegSamplesPerPixel(jpeg.subarray(0, end)), `${end} bytes`).toBeUndefined();
});
