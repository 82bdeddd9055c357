import { describe, expect, it } from 'vitest';
import { cellAt, layOut, moveByKey, visibleRange } from '#functions/site/gallery/pictures/grid.ts';

const grid = layOut({ width: 1000, count: 10_000, smallest: 176 });

describe('gridOf', () => {
  it('fills the width with cells that are not smaller than the minimum', () => {
    expect(grid.columns).toBe(5);
    expect(grid.cell).toBeGreaterThanOrEqual(176);
    const last = cellAt(grid, 4);
    expect(last.x + grid.cell).toBeLessThanOrEqual(1000);
    expect(1000 - (last.x + grid.cell)).toBeLessThan(grid.columns);
    expect(cellAt(grid, 5)).toEqual({ x: 0, y: grid.rowHeight });
    expect(grid.rows).toBe(2000);
  });

  it('has two columns on the narrowest phone, and no height without pictures', () => {
    expect(layOut({ width: 150, count: 3, smallest: 104 })).toMatchObject({ columns: 2, rows: 2 });
    expect(layOut({ width: 150, count: 0, smallest: 104 }).height).toBe(0);
  });
});

describe('windowOf', () => {
  it('holds what is in the viewport and a little more, at any scroll position', () => {
    const viewport = 800;
    for (const top of [-500, 0, 123_456, grid.height - viewport, grid.height + 5000]) {
      const { first, end } = visibleRange(grid, { top, viewport, count: 10_000 });
      expect(end - first).toBeLessThanOrEqual(grid.columns * 10);
      expect(end).toBeLessThanOrEqual(10_000);
      const inSight = Math.max(0, Math.min(9_999, Math.floor(top / grid.rowHeight) * grid.columns));
      if (top >= 0 && top < grid.height) {
        expect(first).toBeLessThanOrEqual(inSight);
        expect(end).toBeGreaterThan(inSight);
      }
    }
  });
});

describe('stepOf', () => {
  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowRight', 11, 11],
    ['ArrowLeft', 0, 0],
    ['ArrowUp', 2, 2],
    ['ArrowUp', 7, 2],
    ['ArrowDown', 2, 7],
    ['ArrowDown', 9, 11],
    ['Home', 7, 0],
    ['End', 7, 11],
    ['PageDown', 1, 11],
    ['PageUp', 11, 0],
  ])('%s leads from %i to %i of twelve in rows of five', (key, index, to) => {
    expect(moveByKey({ columns: 5 }, { key, index, count: 12 })).toBe(to);
  });

  it('leads nowhere by other keys, and where there is nothing', () => {
    expect(moveByKey({ columns: 5 }, { key: 'a', index: 0, count: 12 })).toBeUndefined();
    expect(moveByKey({ columns: 5 }, { key: 'End', index: 0, count: 0 })).toBeUndefined();
  });
});
