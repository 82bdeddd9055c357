import { describe, expect, it } from 'vitest';
import { clampToFrame, zoomAt } from '#functions/site/gallery/detail/zoom-math.ts';
import { uniqueNames } from '#functions/site/gallery/pictures/zip-names.ts';

const frame = { width: 1000, height: 600 };

describe('zoomAt', () => {
  it('leaves the point under the pointer in place', () => {
    const zoom = zoomAt({ scale: 1, x: 0, y: 0 }, 2, { x: 200, y: -100 }, frame);
    expect(zoom).toEqual({ scale: 2, x: -200, y: 100 });
  });

  it('is never smaller than the frame, nor larger than eight times it', () => {
    expect(zoomAt({ scale: 2, x: 300, y: 0 }, 0.1, { x: 0, y: 0 }, frame)).toEqual({
      scale: 1,
      x: 0,
      y: 0,
    });
    expect(zoomAt({ scale: 5, x: 0, y: 0 }, 5, { x: 0, y: 0 }, frame).scale).toBe(8);
  });
});

describe('clampToFrame', () => {
  it('clamps the position of the picture to its frame', () => {
    expect(clampToFrame({ scale: 2, x: 900, y: -900 }, frame)).toEqual({
      scale: 2,
      x: 500,
      y: -300,
    });
  });
});

describe('uniqueNames', () => {
  it('numbers equal names, whatever their case, and takes paths apart', () => {
    expect(uniqueNames(['a.jpg', 'A.jpg', 'a.jpg', '../b/c.png', 'x', 'x', ''])).toEqual([
      'a.jpg',
      'A (2).jpg',
      'a (3).jpg',
      '.._b_c.png',
      'x',
      'x (2)',
      'picture',
    ]);
  });
});
