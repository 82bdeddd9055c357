import { describe, expect, test } from 'vitest';
import { lacksScans } from '#lib/media/inspect/jpeg-scans.ts';

const segment = (marker: number, ...body: number[]) =>
  Buffer.from([0xff, marker, 0, body.length + 2, ...body]);

/** Three components of 8 by 8 pixels. */
const frame = (marker: number) =>
  segment(marker, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0);

type Scan = { of: number[]; first?: number; last?: number; high?: number; low?: number };

/** With a stuffed zero and a restart marker in its data. */
const scan = ({ of, first = 0, last = 63, high = 0, low = 0 }: Scan) =>
  Buffer.concat([
    segment(0xda, of.length, ...of.flatMap((id) => [id, 0]), first, last, (high << 4) | low),
    Buffer.from([1, 0xff, 0, 2, 0xff, 0xd0, 3]),
  ]);

const jpeg = (marker: number, scans: Scan[]) =>
  Buffer.concat([Buffer.from([0xff, 0xd8]), frame(marker), ...scans.map(scan)]);

const [baseline, progressive] = [0xc0, 0xc2];
const all = [1, 2, 3];

describe('the scans of a JPEG', () => {
  test.each<[string, number, Scan[]]>([
    ['one for all colours', baseline, [{ of: all }]],
    ['one for each colour', baseline, all.map((id) => ({ of: [id] }))],
    [
      'mean values, then detail in two steps',
      progressive,
      [
        { of: all, last: 0, low: 1 },
        ...all.map((id) => ({ of: [id], first: 1, low: 2 })),
        { of: all, last: 0, high: 1 },
        ...all.map((id) => ({ of: [id], first: 1, high: 2, low: 1 })),
        ...all.map((id) => ({ of: [id], first: 1, high: 1 })),
      ],
    ],
  ])('are whole with %s, and not without the last', (_, marker, scans) => {
    expect(lacksScans(jpeg(marker, scans))).toBe(false);
    expect(lacksScans(jpeg(marker, scans.slice(0, -1)))).toBe(true);
  });

  test('are counted without an error where the file ends within a segment', () => {
    const whole = jpeg(progressive, [{ of: all }]);
    for (let length = 0; length < whole.length; length++)
      expect(() => lacksScans(whole.subarray(0, length))).not.toThrow();
  });
});
