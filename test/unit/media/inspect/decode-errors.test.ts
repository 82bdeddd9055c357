import { expect, test } from 'vitest';
import { isMachineFault, undecodableRefusal } from '#lib/media/inspect/decode-errors.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { drawnAvif, drawnJpeg, drawnPng, drawnTiff } from '#test/support/drawn-pictures.ts';

const reasonFor = async (bytes: Buffer): Promise<string> => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) throw new Error(inspected.refusal.reason);
  const made = await sharpShrink(bytes, inspected.metadata, [{ name: 'small', longestSide: 200 }]);
  if (!('refusal' in made)) throw new Error('The picture was decoded.');
  return made.refusal.reason;
};

const drawing = { width: 240, height: 180 };

/** The middle third of a file as something else. */
const scribbledOn = (bytes: Buffer): Buffer => {
  const third = Math.round(bytes.length / 3);
  return Buffer.from(bytes).fill(0x5a, third, 2 * third);
};
const cutOff = (bytes: Buffer): Buffer => bytes.subarray(0, Math.round(bytes.length * 0.8));

test('the reason for a damaged AVIF does not claim that a part is missing', async () => {
  expect(await reasonFor(scribbledOn(await drawnAvif(drawing)))).toMatch(
    /^The AVIF picture is damaged and/,
  );
});

test('the reason for a broken PNG claims no more than libpng reports', async () => {
  const png = await drawnPng(drawing);

  for (const broken of [scribbledOn(png), cutOff(png)])
    expect(await reasonFor(broken)).toMatch(
      /^The PNG picture is damaged or ends too soon, and .+\.$/,
    );
});

test('the reason for a truncated AVIF is that a part is missing', async () => {
  expect(await reasonFor(cutOff(await drawnAvif(drawing)))).toBe(
    'The AVIF picture ends too soon: part of the file is missing. Send the whole file again.',
  );
});

test('the reason for a truncated JPEG says how much is missing', async () => {
  expect(await reasonFor(cutOff(await drawnJpeg(drawing)))).toMatch(
    /^The JPEG picture ends too soon: (1\d|2\d) % of its pixels are missing\. Send the whole file again\.$/,
  );
});

test('the reason for a damaged TIFF is that it is damaged', async () => {
  expect(await reasonFor(scribbledOn(await drawnTiff(drawing)))).toMatch(
    /^The TIFF picture is damaged and/,
  );
});

test.each([
  'vips_tracked: out of memory --- size == 48MB',
  'VipsJpeg: Insufficient memory (case 4)',
  'heif: Memory allocation error',
  'glib: unable to create thread',
])('the machine, not the picture, is at fault for %j', (message) => {
  expect(isMachineFault(new Error(message))).toBe(true);
});

test.each([
  'VipsJpeg: premature end of JPEG image',
  'pngload_buffer: libspng read error',
  'heif: Memory allocation error: Security limit exceeded: Allocating 9 GB',
  'Unknown error',
])('the picture is at fault for %j, with a sentence of its own', (message) => {
  const error = new Error(message);

  expect(isMachineFault(error)).toBe(false);
  expect(undecodableRefusal(error, 'png').reason).toMatch(
    /^The PNG picture (ends too soon|is damaged).+\.$/,
  );
});
