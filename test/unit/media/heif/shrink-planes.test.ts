import { describe, expect, test } from 'vitest';
import { reducedImage } from '#lib/media/heif/reduced-image.ts';
import type { PlanarTile } from '#lib/media/heif/tile.ts';
import { findCoefficients } from '#lib/media/heif/ycc-coefficients.ts';

type Luma = (x: number, y: number) => number;

/** A tile of grey by rows, in planes wider than they are seen, with one chroma for all. */
const drawTile = (
  { width, height }: { width: number; height: number },
  luma: Luma,
  { cb, cr, matrix, isFullRange }: { cb: number; cr: number; matrix: number; isFullRange: boolean },
): PlanarTile => {
  const coefficients = findCoefficients(matrix, isFullRange);
  if (!coefficients) throw new Error(`No coefficients for matrix ${matrix}.`);
  const stride = width + 6;
  const data = new Uint8Array(stride * height).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data[y * stride + x] = luma(x, y);
  const half = (value: number) => ({
    data: new Uint8Array((width / 2) * (height / 2)).fill(value),
    stride: width / 2,
  });
  const release = () => {};
  return {
    layout: 'planes',
    width,
    height,
    coefficients,
    y: { data, stride },
    cb: half(cb),
    cr: half(cr),
    release,
  };
};

const grey = { cb: 128, cr: 128, matrix: 6, isFullRange: true };

const shrink = (
  tile: PlanarTile,
  factor: number,
  seen: { width: number; height: number } = tile,
) => {
  const image = reducedImage(seen.width, seen.height, 3, factor);
  image.add(tile, 0, 0);
  const { data, width, height } = image.finish();
  const pixel = (x: number, y: number) => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];
  return { width, height, pixel };
};

describe('shrinking a tile of luma and chroma', () => {
  test.each([2, 4, 8])('by %i gives each pixel the mean of its square', (factor) => {
    const inSquare: Luma = (x, y) => 100 + Math.floor(x / factor) * 40 + (x % 2) * 4 + (y % 2) * 2;

    const { pixel } = shrink(drawTile({ width: 16, height: 16 }, inSquare, grey), factor);

    expect(pixel(0, 0)).toEqual([103, 103, 103]);
    expect(pixel(1, 1)).toEqual([143, 143, 143]);
  });

  test('takes the mean of what is seen where the last square is cut', () => {
    const tile = drawTile({ width: 16, height: 16 }, (x, y) => (x < 10 && y < 10 ? 50 : 250), grey);

    const { width, height, pixel } = shrink(tile, 4, { width: 10, height: 10 });

    expect([width, height]).toEqual([3, 3]);
    expect(pixel(2, 2)).toEqual([50, 50, 50]);
  });

  test.each([
    [
      'BT.601 in full range',
      { matrix: 6, isFullRange: true, y: 81, cb: 90, cr: 240 },
      [238, 14, 14],
    ],
    [
      'BT.601 in video range',
      { matrix: 5, isFullRange: false, y: 81, cb: 90, cr: 240 },
      [254, 0, 0],
    ],
    [
      'BT.709 in video range',
      { matrix: 1, isFullRange: false, y: 63, cb: 102, cr: 240 },
      [255, 1, 0],
    ],
    [
      'BT.2020 in video range',
      { matrix: 9, isFullRange: false, y: 74, cb: 97, cr: 240 },
      [255, 0, 0],
    ],
  ])('converts red by %s', (_, { y, ...colour }, expected) => {
    const { pixel } = shrink(
      drawTile({ width: 4, height: 4 }, () => y, colour),
      2,
    );

    for (const [index, value] of pixel(0, 0).entries())
      expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThanOrEqual(2);
  });

  test('knows no coefficients for RGB, YCgCo or what is not specified', () => {
    expect([0, 2, 8].map((matrix) => findCoefficients(matrix, true))).toEqual(Array(3));
  });
});
