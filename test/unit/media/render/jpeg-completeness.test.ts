import { describe, expect, test } from 'vitest';
import { decodePixels } from '#lib/media/render/decode-pixels.ts';
import { drawn, drawnJpeg } from '#test/support/drawn-pictures.ts';

const metadata = { format: 'jpeg', width: 320, height: 240 } as const;
const decode = (bytes: Buffer) => decodePixels(bytes, metadata, 200);
const end = Buffer.from([0xff, 0xd9]);

const pixelsOrReason = async (bytes: Buffer) => {
  const decoded = await decode(bytes);
  return 'refusal' in decoded ? decoded.refusal.reason : decoded.data;
};

describe('a JPEG', () => {
  const whole = () => drawnJpeg({ width: 320, height: 240 });

  test('is accepted without its end marker, with the same pixels', async () => {
    const jpeg = await whole();

    expect(await pixelsOrReason(jpeg.subarray(0, -2))).toEqual(await pixelsOrReason(jpeg));
  });

  test('is accepted with junk between its segments, with the same pixels', async () => {
    const jpeg = await whole();
    const junk = Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(3), jpeg.subarray(2)]);

    expect(await pixelsOrReason(junk)).toEqual(await pixelsOrReason(jpeg));
  });

  test.each([0.3, 0.6, 0.95])(
    'fails as truncated with %s of its data and an end marker',
    async (share) => {
      const jpeg = await whole();
      const cut = Buffer.concat([jpeg.subarray(0, Math.round(jpeg.length * share)), end]);

      expect(await pixelsOrReason(cut)).toMatch(
        /^The JPEG picture ends too soon: \d+ % of its pixels are missing\./,
      );
    },
  );

  test('fails as truncated even when progressive', async () => {
    const jpeg = await (await drawn({ width: 320, height: 240 }))
      .jpeg({ progressive: true })
      .toBuffer();
    const cut = jpeg.subarray(0, Math.round(jpeg.length * 0.5));

    expect(await pixelsOrReason(cut)).toMatch(/ends too soon/);
    expect(await pixelsOrReason(Buffer.concat([cut, end]))).toMatch(/ends too soon/);
  });

  test('fails as truncated where it ends exactly between two scans of a progressive picture', async () => {
    const jpeg = await (await drawn({ width: 320, height: 240 }))
      .jpeg({ progressive: true })
      .toBuffer();
    const ends = endsOfScans(jpeg);

    expect(ends.length).toBeGreaterThan(5);
    for (const at of ends.slice(0, -1))
      expect(await pixelsOrReason(jpeg.subarray(0, at))).toMatch(
        /ends too soon: some of its detail/,
      );
    expect(await pixelsOrReason(jpeg.subarray(0, ends.at(-1)))).toEqual(await pixelsOrReason(jpeg));
  });

  test('is accepted with an end marker behind fewer scans, which an encoder may mean', async () => {
    const jpeg = await (await drawn({ width: 320, height: 240 }))
      .jpeg({ progressive: true })
      .toBuffer();
    const coarse = Buffer.concat([jpeg.subarray(0, endsOfScans(jpeg).at(-2)), end]);

    expect((await pixelsOrReason(coarse)).length).toBe((await pixelsOrReason(jpeg)).length);
  });
});

/** The marker that follows the data of each scan: data has a zero behind each FF. */
const endsOfScans = (jpeg: Buffer): number[] => {
  const ends: number[] = [];
  for (let at = jpeg.indexOf('ffda', 0, 'hex'); at >= 0; at = jpeg.indexOf('ffda', at, 'hex')) {
    at = jpeg.indexOf(0xff, at + 2);
    while (jpeg[at + 1] === 0) at = jpeg.indexOf(0xff, at + 2);
    ends.push(at);
  }
  return ends;
};
