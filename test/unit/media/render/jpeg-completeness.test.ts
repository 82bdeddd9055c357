import { describe, expect, test } from 'vitest';
import { decodePixels } from '#lib/media/render/decode-pixels.ts';
import { drawn, drawnJpeg } from '#test/support/drawn-pictures.ts';

const metadata = { format: 'jpeg', width: 320, height: 240 } as const;
const decode = (bytes: Buffer) => decodePixels(bytes, metadata, 200);
const end = Buffer.from([0xff, 0xd9]);

const pixelsOf = async (bytes: Buffer) => {
  const decoded = await decode(bytes);
  return 'refusal' in decoded ? decoded.refusal.reason : decoded.data;
};

describe('a JPEG', () => {
  const whole = () => drawnJpeg({ width: 320, height: 240 });

  test('is accepted without its end marker, with the same pixels', async () => {
    const jpeg = await whole();

    expect(await pixelsOf(jpeg.subarray(0, -2))).toEqual(await pixelsOf(jpeg));
  });

  test('is accepted with junk between its segments, with the same pixels', async () => {
    const jpeg = await whole();
    const junk = Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(3), jpeg.subarray(2)]);

    expect(await pixelsOf(junk)).toEqual(await pixelsOf(jpeg));
  });

  test.each([0.3, 0.6, 0.95])(
    'fails as truncated with %s of its data and an end marker',
    async (share) => {
      const jpeg = await whole();
      const cut = Buffer.concat([jpeg.subarray(0, Math.round(jpeg.length * share)), end]);

      expect(await pixelsOf(cut)).toMatch(
        /^The JPEG picture ends too soon: \d+ % of its pixels are missing\./,
      );
    },
  );

  test('fails as truncated even when progressive', async () => {
    const jpeg = await (await drawn({ width: 320, height: 240 }))
      .jpeg({ progressive: true })
      .toBuffer();
    const cut = jpeg.subarray(0, Math.round(jpeg.length * 0.5));

    expect(await pixelsOf(cut)).toMatch(/ends too soon/);
    expect(await pixelsOf(Buffer.concat([cut, end]))).toMatch(/ends too soon/);
  });
});
