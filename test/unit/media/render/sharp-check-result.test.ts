import ExifReader from 'exifreader';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sharpCheckResult } from '#lib/media/render/sharp-check-result.ts';
import { drawn, drawnBy, drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';
import { hostilePictures, pngBomb } from '#test/support/hostile-pictures.ts';

const checked = async (bytes: Uint8Array) => {
  const answer = await sharpCheckResult(bytes);
  if ('refusal' in answer) throw new Error(answer.refusal.reason);
  const { width, height, format } = answer.metadata;
  const header = await sharp(answer.bytes).metadata();
  expect(header).toMatchObject({ width, height, format, space: 'srgb', hasProfile: false });
  return answer;
};

const findReason = async (bytes: Uint8Array) => {
  const answer = await sharpCheckResult(bytes);
  return 'refusal' in answer ? answer.refusal.reason : 'It was taken.';
};

test.each(Object.entries(drawnBy))(
  'checking an edit result accepts a %s, and encodes it as JPEG',
  async (_, draw) => {
    const original = await draw({ width: 320, height: 200 });

    const { bytes, metadata } = await checked(original);

    expect(metadata).toEqual({ width: 320, height: 200, format: 'jpeg' });
    const [before, after] = await Promise.all(
      [original, bytes].map((file) => sharp(file).removeAlpha().raw().toBuffer()),
    );
    const difference = (before ?? Buffer.alloc(0)).reduce(
      (sum, value, at) => sum + Math.abs(value - (after?.[at] ?? 0)),
      0,
    );
    expect(difference / (before?.length ?? 1)).toBeLessThan(3);
  },
);

test.each(['png', 'webp'] as const)(
  'checking an edit result encodes a transparent %s as PNG',
  async (format) => {
    const { bytes, metadata } = await checked(await drawnBy[format]({ transparent: 0.5 }));

    expect(metadata.format).toBe('png');
    expect((await sharp(bytes).stats()).isOpaque).toBe(false);
  },
);

test.each(['jpeg', 'png', 'webp', 'avif'] as const)(
  'checking an edit result removes all metadata of a %s',
  async (format) => {
    const picture = await drawn({ exif: phoneExif, orientation: 6, width: 300, height: 200 });
    const original = await picture.withXmp('<x>SERIAL-0042</x>')[format]().toBuffer();

    const { bytes, metadata } = await checked(original);

    expect([metadata.width, metadata.height]).toEqual([300, 200]);
    const { exif, gps, icc, xmp, iptc } = ExifReader.load(Buffer.from(bytes), { expanded: true });
    expect([exif, gps, icc, xmp, iptc]).toEqual(Array(5).fill(undefined));
    expect(Buffer.from(bytes).includes('SERIAL-0042')).toBe(false);
  },
);

test('checking an edit result accepts 40 megapixels', async () => {
  const { metadata } = await checked(pngBomb({ width: 8000, height: 5000, bitDepth: 1 }));

  expect(metadata).toEqual({ width: 8000, height: 5000, format: 'jpeg' });
});

test.each([
  ['nothing', Buffer.alloc(0), 'The provider answered an empty file instead of a picture.'],
  [
    'noise',
    Buffer.from([1, 2, 3, 0, 255, 254, 7]),
    'The provider answered something that is not a picture.',
  ],
  [
    'a web page',
    Buffer.from('<!doctype html><p>Busy</p>'),
    'The provider answered an HTML page, which is no picture that we read.',
  ],
  [
    'JSON',
    Buffer.from('{"error":"busy"}'),
    'The provider answered text, which is no picture that we read.',
  ],
])('checking an edit result refuses %s and says what it was', async (_, bytes, reason) => {
  expect(await findReason(bytes)).toBe(reason);
});

test('checking an edit result refuses a picture that is too large, with the numbers', async () => {
  const reason = await findReason(pngBomb({ width: 20_000, height: 20_000, bitDepth: 1 }));

  expect(reason).toMatch(
    /^The provider answered a picture that cannot be used\. .*400 megapixels.*268/,
  );
});

test('checking an edit result refuses a truncated picture', async () => {
  const jpeg = await drawnJpeg();

  expect(await findReason(jpeg.subarray(0, jpeg.length >> 1))).toMatch(
    /^The provider answered a picture that cannot be used\. The JPEG picture ends too soon/,
  );
});

test('checking an edit result names the provider in every refusal', async () => {
  for (const { bytes, name } of await hostilePictures())
    expect(await findReason(bytes), name).toMatch(/^The provider answered .+\.$/);
});
