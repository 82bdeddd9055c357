import { expect, test } from 'vitest';
import type { Pixels } from '#lib/media/render/decode-pixels.ts';
import { smallCopy } from '#lib/media/render/small-copy.ts';

type Colour = [number, number, number];

const painted = (
  { width, height }: { width: number; height: number },
  colourAt: (x: number, y: number) => Colour,
): Pixels => {
  const places = Array.from({ length: width * height }, (_, at) => at);
  const data = Buffer.from(places.flatMap((at) => colourAt(at % width, Math.floor(at / width))));
  return { data, width, height, channels: 3 };
};

test('each pixel of a small copy is the mean of its part of the picture', () => {
  const halves = painted({ width: 40, height: 20 }, (x) => (x < 20 ? [200, 0, 0] : [0, 0, 100]));

  expect([...smallCopy(halves, { width: 2, height: 1 })]).toEqual([200, 0, 0, 255, 0, 0, 100, 255]);
  expect([...smallCopy(halves, { width: 1, height: 1 })]).toEqual([100, 0, 50, 255]);
});

test('a small copy preserves the position of every part', () => {
  const quarters = painted({ width: 30, height: 30 }, (x, y) => [
    x < 15 ? 10 : 20,
    y < 15 ? 1 : 2,
    0,
  ]);

  expect([...smallCopy(quarters, { width: 2, height: 2 })]).toEqual(
    [
      [10, 1, 0, 255],
      [20, 1, 0, 255],
      [10, 2, 0, 255],
      [20, 2, 0, 255],
    ].flat(),
  );
});

test('a small copy of the same size is the picture', () => {
  const picture = painted({ width: 7, height: 5 }, (x, y) => [x * 30, y * 40, x * y]);

  const copy = Buffer.from(smallCopy(picture, { width: 7, height: 5 }));

  const opaque = [...copy].filter((_, at) => at % 4 === 3);
  expect([...copy].filter((_, at) => at % 4 < 3)).toEqual([...picture.data]);
  expect(opaque.every((value) => value === 255)).toBe(true);
});

test('a small copy covers a picture that its parts do not divide evenly', () => {
  const rising = painted({ width: 101, height: 1 }, (x) => [x, x, x]);

  const greys = [...smallCopy(rising, { width: 10, height: 1 })].filter((_, at) => at % 4 === 0);

  for (const [part, grey] of greys.entries()) {
    expect(grey).toBeGreaterThanOrEqual(part * 10);
    expect(grey).toBeLessThanOrEqual(part * 10 + 10);
  }
});

test('a small copy of one channel is grey', () => {
  const grey: Pixels = { data: Buffer.from([10, 30, 50, 70]), width: 2, height: 2, channels: 1 };

  expect([...smallCopy(grey, { width: 1, height: 1 })]).toEqual([40, 40, 40, 255]);
});
