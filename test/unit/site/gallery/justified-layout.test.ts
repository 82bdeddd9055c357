import { describe, expect, it } from 'vitest';
import {
  headingHeight,
  justify,
  moveByKey,
  visibleRange,
} from '#functions/site/gallery/pictures/justified-layout.ts';

const ratios = Array.from({ length: 1000 }, (_, index) => [1.5, 0.75, 1, 1.78][index % 4] ?? 1);
const layout = justify(ratios, { width: 1000, rowHeight: 200 });

describe('justify', () => {
  it('fills the width with every row but the last, in the proportions of the pictures', () => {
    expect(layout.boxes).toHaveLength(1000);
    for (const { end, height } of layout.rows.slice(0, -1)) {
      const last = layout.boxes[end - 1];
      expect((last?.x ?? 0) + (last?.width ?? 0)).toBeCloseTo(1000, 5);
      expect(height).toBeGreaterThan(120);
      expect(height).toBeLessThan(300);
    }
    const [first] = layout.boxes;
    expect((first?.width ?? 0) / (first?.height ?? 1)).toBeCloseTo(1.5, 5);
  });

  it('does not stretch a last row that is not full', () => {
    const { boxes, height } = justify([1, 1], { width: 1000, rowHeight: 200 });
    expect(boxes.map(({ width }) => width)).toEqual([200, 200]);
    expect(height).toBe(200);
  });

  it('begins a row and leaves room for a heading where a group begins', () => {
    const { boxes, rows, headings } = justify([1, 1, 1, 1, 1], {
      width: 1000,
      rowHeight: 200,
      groups: [0, 3],
    });
    expect(rows.map(({ first, end }) => [first, end])).toEqual([
      [0, 3],
      [3, 5],
    ]);
    expect(headings.map(({ index }) => index)).toEqual([0, 3]);
    const bottom = Math.max(...boxes.slice(0, 3).map(({ y, height }) => y + height));
    expect(headings[1]?.y).toBeGreaterThan(bottom);
    expect(boxes[3]?.y).toBe((headings[1]?.y ?? 0) + headingHeight);
  });

  it('crops what is far too wide or too tall, and has no height without pictures', () => {
    const [wide, tall] = justify([20, 0.01], { width: 2000, rowHeight: 100 }).boxes;
    expect([wide?.width, tall?.width]).toEqual([300, 50]);
    expect(justify([], { width: 1000, rowHeight: 200 })).toEqual({
      boxes: [],
      rows: [],
      headings: [],
      height: 0,
    });
  });
});

describe('visibleRange', () => {
  it('holds what is in the viewport and a little more, at any scroll position', () => {
    const viewport = 800;
    for (const top of [-500, 0, 12_345, layout.height - viewport, layout.height + 5000]) {
      const { first, end } = visibleRange(layout, { top, viewport });
      expect(end - first).toBeLessThan(80);
      const visible = layout.boxes.flatMap(({ y, height }, index) =>
        y + height > top && y < top + viewport ? [index] : [],
      );
      for (const index of visible) {
        expect(index).toBeGreaterThanOrEqual(first);
        expect(index).toBeLessThan(end);
      }
    }
  });

  it('is empty without pictures', () => {
    expect(visibleRange({ rows: [] }, { top: 0, viewport: 800 })).toEqual({ first: 0, end: 0 });
  });
});

describe('moveByKey', () => {
  // Rows of five, five and two squares.
  const squares = justify(
    Array.from({ length: 12 }, () => 1),
    { width: 524, rowHeight: 100 },
  );

  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowRight', 11, 11],
    ['ArrowLeft', 0, 0],
    ['ArrowUp', 2, 2],
    ['ArrowUp', 7, 2],
    ['ArrowDown', 2, 7],
    ['ArrowDown', 9, 11],
    ['ArrowDown', 11, 11],
    ['Home', 7, 0],
    ['End', 7, 11],
    ['PageDown', 1, 11],
    ['PageUp', 11, 1],
  ])('%s moves from %i to %i of twelve in rows of five', (key, index, to) => {
    expect(moveByKey(squares, { key, index })).toBe(to);
  });

  it('moves nowhere by other keys, and where there are no pictures', () => {
    expect(moveByKey(squares, { key: 'a', index: 0 })).toBeUndefined();
    expect(
      moveByKey({ boxes: [], rows: [], headings: [], height: 0 }, { key: 'End', index: 0 }),
    ).toBeUndefined();
  });
});
