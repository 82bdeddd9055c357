import { describe, expect, test } from 'vitest';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import { drawnHeic } from '#test/support/drawn-heic.ts';

describe('the boxes of a HEIF', () => {
  test('give size, tiles, rotation and colours of the primary picture', () => {
    const icc = Buffer.from('a profile');
    const file = drawnHeic({ width: 120, height: 100, irot: 3, icc, beside: true });

    expect(readHeif(file)).toEqual({
      type: 'grid',
      codecs: ['hvc1'],
      width: 120,
      height: 100,
      codedPixels: 64 * 64,
      totalPixels: 4 * 64 * 64,
      orientation: 6,
      isCropped: false,
      hasAlpha: false,
      icc,
    });
  });

  test('give colours by code points', () => {
    expect(readHeif(drawnHeic({ nclx: { primaries: 12, transfer: 13 } }))?.nclx).toEqual({
      primaries: 12,
      transfer: 13,
      matrix: 6,
    });
  });

  test('identify a picture without a grid', () => {
    expect(readHeif(drawnHeic({ tiles: [['red']] }))).toMatchObject({ type: 'hvc1', width: 64 });
  });

  test('of a file without a picture give undefined, and truncated ones never throw', () => {
    const file = drawnHeic({ beside: true });

    expect(readHeif(Buffer.from('\0\0\0\x0cftypheic', 'latin1'))).toBeUndefined();
    for (let end = 0; end < file.length; end += 3)
      expect(() => readHeif(file.subarray(0, end))).not.toThrow();
  });
});
