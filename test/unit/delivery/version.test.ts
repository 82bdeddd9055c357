import { describe, expect, test } from 'vitest';
import { cacheControl } from '#lib/delivery/caching.ts';
import { PresetsSetting } from '#lib/delivery/preset.ts';
import { planRender } from '#lib/delivery/render.ts';
import { computeVersion } from '#lib/delivery/version.ts';

const [large, card] = PresetsSetting.parse('large:2048;card:cover,400x300');
if (!large || !card) throw new Error('no presets');

describe('version', () => {
  test('changes with the bytes, the focal point and the preset definition', () => {
    const versions = [
      computeVersion({ etag: 'a' }, large),
      computeVersion({ etag: 'b' }, large),
      computeVersion({ etag: 'a', focalPoint: { x: 0.5, y: 0.5 } }, large),
      computeVersion({ etag: 'a', focalPoint: { x: 0.5, y: 0.6 } }, large),
      computeVersion({ etag: 'a' }, card),
      computeVersion({ etag: 'a' }, { fit: 'inside', longestSide: 2047 }),
    ];
    expect(new Set(versions).size).toBe(versions.length);
    const renamed = { ...large, name: 'other' };
    expect(versions[0]).toBe(computeVersion({ etag: 'a' }, renamed));
    for (const version of versions) expect(version).toMatch(/^[\w-]{14}$/);
  });
});

describe('caching', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const inSeconds = (seconds: number) => now.getTime() / 1000 + seconds;

  test.each([
    ['the current version', true, undefined, 'public, max-age=31536000, immutable'],
    ['no version, or another', false, undefined, 'public, max-age=60'],
    ['the current version, for an hour', true, inSeconds(3600), 'public, max-age=3600'],
    ['another version, for an hour', false, inSeconds(3600), 'public, max-age=60'],
    ['another version, for a second', false, inSeconds(1), 'public, max-age=1'],
    [
      'the current version, for ever in all but name',
      true,
      inSeconds(1e9),
      'public, max-age=31536000',
    ],
  ])('a link with %s is cached no longer than it is valid', (_, isCurrent, expiresAt, expected) => {
    expect(cacheControl({ isCurrent, expiresAt }, now)).toBe(expected);
  });
});

describe('what a preset makes', () => {
  const photo = { width: 4000, height: 3000 };
  const plan = (
    preset: Parameters<typeof planRender>[0],
    picture = photo,
    focalPoint?: { x: number; y: number },
  ) => {
    const { width, height, crop } = planRender(preset, picture, { encoding: 'jpg', focalPoint });
    return { width, height, ...(crop && { crop }) };
  };
  const w800 = { name: 'w800', fit: 'width', width: 800 } as const;

  test('a longest side bounds both sides, a width the width alone', () => {
    expect(plan(large, { width: 3000, height: 4000 })).toEqual({ width: 1536, height: 2048 });
    expect(plan(w800, { width: 3000, height: 4000 })).toEqual({ width: 800, height: 1067 });
  });

  test('nothing is enlarged: a small picture keeps its size, and is cropped to the shape within it', () => {
    expect(plan(large, { width: 300, height: 200 })).toEqual({ width: 300, height: 200 });
    expect(plan(w800, { width: 300, height: 200 })).toEqual({ width: 300, height: 200 });
    expect(plan(card, { width: 300, height: 200 })).toMatchObject({ width: 267, height: 200 });
    expect(plan(card, { width: 1, height: 1 })).toMatchObject({ width: 1, height: 1 });
  });

  test('a strip of 36 000 pixels is limited to the height that the encoder accepts', () => {
    expect(plan(w800, { width: 790, height: 36_861 })).toEqual({ width: 351, height: 16_383 });
    const { width, height } = plan({ ...w800, width: 3840 }, { width: 3840, height: 16_000 });
    expect(width * height).toBeLessThanOrEqual(4096 * 4096 + 4096);
  });

  test('a crop contains the salient region or the focal point, within the edges', () => {
    expect(plan(card).crop).toBe('attention');
    const square = { name: 'square', fit: 'cover', width: 300, height: 300 } as const;
    const around = (x: number, y = 0.5) => plan(square, photo, { x, y }).crop;
    expect(around(0.5)).toEqual({ width: 400, height: 300, left: 50, top: 0 });
    expect(around(0)).toEqual({ width: 400, height: 300, left: 0, top: 0 });
    expect(around(1, 1)).toEqual({ width: 400, height: 300, left: 100, top: 0 });
  });
});
