import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharpJoin } from '#lib/media/render/sharp-join.ts';

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
const limits = { maxSide: 2000, maxBytes: 1_000_000 };

const colourAt = async (bytes: Uint8Array, left: number, top: number) => {
  const { data } = await sharp(bytes)
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, 3)];
};

describe('two pictures in one', () => {
  it('are placed side by side, the first on the left, at the height of the lower one', async () => {
    const joined = await sharpJoin(
      await plain(300, 400, '#ff0000'),
      await plain(600, 200, '#0000ff'),
      limits,
    );

    if ('refusal' in joined) throw new Error(joined.refusal.reason);
    expect(joined).toMatchObject({ width: 750, height: 200, contentType: 'image/jpeg' });
    const [red = 0, , blue = 0] = await colourAt(joined.bytes, 20, 100);
    expect(red).toBeGreaterThan(240);
    expect(blue).toBeLessThan(15);
    const [otherRed = 0, , otherBlue = 0] = await colourAt(joined.bytes, 700, 100);
    expect(otherRed).toBeLessThan(15);
    expect(otherBlue).toBeGreaterThan(240);
  });

  it('together stay within the limits', async () => {
    const joined = await sharpJoin(
      await plain(1500, 1000, '#ff0000'),
      await plain(1500, 1000, '#0000ff'),
      { maxSide: 800, maxBytes: 100_000 },
    );

    if ('refusal' in joined) throw new Error(joined.refusal.reason);
    expect(joined.width).toBeLessThanOrEqual(800);
    expect(joined.bytes.length).toBeLessThanOrEqual(100_000);
  });

  it('are refused where one of them is no picture', async () => {
    const text = Buffer.from('no picture');
    const picture = await plain(30, 30, '#ff0000');

    expect(await sharpJoin(text, picture, limits)).toHaveProperty('refusal');
    expect(await sharpJoin(picture, text, limits)).toHaveProperty('refusal');
  });
});
