import { describe, expect, test } from 'vitest';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { decodePixels, type Pixels } from '#lib/media/render/decode-pixels.ts';
import { rgbProfile } from '#lib/media/render/icc-profile.ts';
import { sharpPrepare } from '#lib/media/render/sharp-prepare.ts';
import { sharpShrink } from '#lib/media/render/sharp-shrink.ts';
import { drawnHeic, type HeicDrawing, tileColours } from '#test/support/drawn-heic.ts';
import { short, tiffBlock } from '#test/unit/media/exif/tiff-block.ts';

const decode = async (drawing: HeicDrawing, side = 2_000): Promise<Pixels> => {
  const bytes = drawnHeic(drawing);
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) throw new Error(inspected.refusal.reason);
  const pixels = await decodePixels(bytes, inspected.metadata, side);
  if ('refusal' in pixels) throw new Error(pixels.refusal.reason);
  if (side >= 2_000)
    expect([pixels.width, pixels.height]).toEqual([
      inspected.metadata.width,
      inspected.metadata.height,
    ]);
  return pixels;
};

/** The colours in the middle of each quarter, row by row, by name. */
const quarters = ({ data, width, height, channels }: Pixels): string[] =>
  [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels;
    const near = Object.entries(tileColours).find(([, colour]) =>
      colour.every((value, channel) => Math.abs(value - (data[at + channel] ?? 0)) <= 6),
    );
    return near?.[0] ?? [...data.subarray(at, at + 3)].join();
  });

describe('decoding a HEIC', () => {
  test('puts its tiles in the right places', async () => {
    expect(quarters(await decode({}))).toEqual(['red', 'green', 'blue', 'yellow']);
  });

  test.each<[string, HeicDrawing, string[]]>([
    ['a quarter to the left', { irot: 1 }, ['green', 'yellow', 'red', 'blue']],
    ['upside down', { irot: 2 }, ['yellow', 'blue', 'green', 'red']],
    ['a quarter to the right', { irot: 3 }, ['blue', 'red', 'yellow', 'green']],
    ['with top and bottom exchanged', { imir: 0 }, ['blue', 'yellow', 'red', 'green']],
    ['with its sides exchanged', { imir: 1 }, ['green', 'red', 'yellow', 'blue']],
  ])('turns it %s, once', async (_, drawing, expected) => {
    const exif = tiffBlock({ ifd0: [short(274, 6)] }); // phones say it here too

    expect(quarters(await decode({ ...drawing, exif }))).toEqual(expected);
  });

  test('crops the padding of the last tiles, even when rotated', async () => {
    const pixels = await decode({ width: 100, height: 90, irot: 3 });

    expect([pixels.width, pixels.height]).toEqual([90, 100]);
    expect(quarters(pixels)).toEqual(['blue', 'red', 'yellow', 'green']);
  });

  test('shrinks it while it decodes, with the same colours', async () => {
    const tiles = Array.from({ length: 4 }, () => ['red', 'red', 'green', 'green'] as const);
    const pixels = await decode({ tiles: [...tiles.slice(0, 2), ...tiles.slice(2)] }, 50);

    expect([pixels.width, pixels.height]).toEqual([50, 50]);
    expect(quarters(pixels)).toEqual(['red', 'green', 'red', 'green']);
  });

  test('mistakes neither thumbnail nor depth map for the picture', async () => {
    expect(quarters(await decode({ beside: true }))).toEqual(['red', 'green', 'blue', 'yellow']);
  });

  test('supports a picture without a grid', async () => {
    expect(quarters(await decode({ tiles: [['blue']] }))).toEqual(Array(4).fill('blue'));
  });

  test('decodes the cover of a sequence', async () => {
    const pixels = await decode({ brands: 'hevc\0\0\0\0msf1hevcheicmif1' });

    expect(quarters(pixels)).toEqual(['red', 'green', 'blue', 'yellow']);
  });

  test.each<[string, HeicDrawing]>([
    ['by its profile', { icc: displayP3() }],
    ['by code points', { nclx: { primaries: 12, transfer: 13 } }],
  ])('converts Display P3 to sRGB %s', async (_, drawing) => {
    const { data } = await decode({ ...drawing, tiles: [['green']] });

    // (30, 180, 60) by the matrices of CSS Color 4, clipped where sRGB has no such green.
    const expected = [0, 183, 30];
    for (const [index, value] of [...data.subarray(0, 3)].entries())
      expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThanOrEqual(8);
  });

  test('reports unsupported code points', async () => {
    await expect(decode({ nclx: { primaries: 99, transfer: 13 } })).rejects.toThrow(
      /colour primaries 99.*Convert it to sRGB/,
    );
  });

  test('makes renditions without metadata, and JPEG for providers', async () => {
    const bytes = drawnHeic({ exif: tiffBlock({ ifd0: [short(274, 1)] }) });
    const metadata = { width: 128, height: 128, format: 'heic' } as const;

    const shrunk = await sharpShrink(bytes, metadata, [{ name: 'small', longestSide: 64 }]);
    const prepared = await sharpPrepare(bytes, { maxSide: 100, maxBytes: 100_000 });

    const [small] = 'renditions' in shrunk ? shrunk.renditions : [];
    expect(small).toMatchObject({ width: 64, height: 64 });
    expect(Buffer.from(small?.bytes ?? []).includes('Exif')).toBe(false);
    expect(prepared).toMatchObject({ contentType: 'image/jpeg', width: 100 });
  });

  test('refuses a truncated or damaged file with a sentence, every time', async () => {
    const whole = drawnHeic({ beside: true });
    for (let round = 0; round < 200; round++) {
      const broken = Buffer.from(
        whole.subarray(0, round % 4 ? whole.length : whole.length - round),
      );
      for (let flip = 0; flip < round % 4; flip++)
        broken[(round * 7919 + flip * 104_729) % broken.length] = (round * 31 + flip) & 255;
      const inspected = await sharpInspect(broken);
      if ('refusal' in inspected) continue;
      const pixels = await decodePixels(broken, inspected.metadata, 64);
      if ('refusal' in pixels) expect(pixels.refusal.reason).toMatch(/^The .+\.$/);
      else expect(pixels.data.length).toBe(pixels.width * pixels.height * pixels.channels);
    }
  });
});

function displayP3(): Buffer {
  const white = [0.3127, 0.329] as const;
  return rgbProfile(
    { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white },
    (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4),
  );
}
