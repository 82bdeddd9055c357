/** Pixels, as everything here. */
export type Box = { x: number; y: number; width: number; height: number };
type Row = { first: number; end: number; y: number; height: number };
/** What is above the rows of a group, whose first picture has this index. */
type Heading = { index: number; y: number };
export type Layout = {
  boxes: readonly Box[];
  rows: readonly Row[];
  headings: readonly Heading[];
  height: number;
};

const gap = 6;
export const headingHeight = 40;
const groupGap = 18;
/** Panoramas and strips are cropped to these proportions, or one of them would fill the page. */
const minRatio = 0.5;
const maxRatio = 3;

/**
 * Rows of pictures in their own proportions (width / height), each row as wide as the sheet, and
 * about as high as `rowHeight`. The last row of a group is not stretched. `groups` are the indexes of
 * their first pictures; each gets a heading.
 */
export const justify = (
  ratios: readonly number[],
  {
    width,
    rowHeight,
    groups = [],
  }: { width: number; rowHeight: number; groups?: readonly number[] },
): Layout => {
  const boxes: Box[] = [];
  const rows: Row[] = [];
  const headings: Heading[] = [];
  const starts = new Set(groups);
  const ends = groups.toSorted((one, other) => one - other);
  let group = 0;
  let y = 0;
  for (let first = 0; first < ratios.length; ) {
    if (starts.has(first)) {
      if (first > 0) y += groupGap;
      headings.push({ index: first, y });
      y += headingHeight;
    }
    while (group < ends.length && (ends[group] ?? 0) <= first) group++;
    const groupEnd = ends[group] ?? ratios.length;
    const { end, height } = fillRow(ratios, first, { width, rowHeight, groupEnd });
    let x = 0;
    for (const ratio of ratios.slice(first, end)) {
      const boxWidth = clampRatio(ratio) * height;
      boxes.push({ x, y, width: boxWidth, height });
      x += boxWidth + gap;
    }
    rows.push({ first, end, y, height });
    y += height + gap;
    first = end;
  }
  return { boxes, rows, headings, height: Math.max(0, y - gap) };
};

const clampRatio = (ratio: number): number => Math.min(maxRatio, Math.max(minRatio, ratio));

/** The row from `first` on whose height is nearest to the one wanted. */
const fillRow = (
  ratios: readonly number[],
  first: number,
  { width, rowHeight, groupEnd }: { width: number; rowHeight: number; groupEnd: number },
): { end: number; height: number } => {
  let sum = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let end = first + 1; end <= groupEnd; end++) {
    sum += clampRatio(ratios[end - 1] ?? 1);
    const height = Math.max(1, (width - gap * (end - first - 1)) / sum);
    if (height <= rowHeight) {
      const isBeforeNearer = before - rowHeight < rowHeight - height;
      return isBeforeNearer ? { end: end - 1, height: before } : { end, height };
    }
    before = height;
  }
  return { end: groupEnd, height: Math.min(before, rowHeight) };
};

/** The pictures to render: those in the viewport, and some rows above and below. */
export const visibleRange = (
  { rows }: Pick<Layout, 'rows'>,
  { top, viewport }: { top: number; viewport: number },
  spareRows = 2,
): { first: number; end: number } => {
  const firstRow = rowAt(rows, top) - spareRows;
  const lastRow = rowAt(rows, top + viewport) + spareRows;
  return {
    first: rows[Math.max(0, firstRow)]?.first ?? 0,
    end: rows[Math.min(rows.length - 1, lastRow)]?.end ?? 0,
  };
};

/** The index of the row at a height; the first or last one above and below the sheet. */
const rowAt = (rows: readonly Row[], y: number): number => {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.y ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** The index that a key moves to; undefined for other keys, and where there is no picture. */
export const moveByKey = (
  layout: Layout,
  { key, index }: { key: string; index: number },
): number | undefined => {
  const last = layout.boxes.length - 1;
  if (last < 0) return undefined;
  const rows = { ArrowUp: -1, ArrowDown: 1, PageUp: -3, PageDown: 3 }[key];
  if (rows !== undefined) return moveByRows(layout, index, rows);
  return {
    ArrowLeft: Math.max(0, index - 1),
    ArrowRight: Math.min(last, index + 1),
    Home: 0,
    End: last,
  }[key];
};

/** The picture of another row that is nearest to the middle of this one. */
const moveByRows = ({ boxes, rows }: Layout, index: number, by: number): number => {
  const from = rows.findIndex(({ end }) => index < end);
  const to = Math.min(rows.length - 1, Math.max(0, from + by));
  const row = rows[to];
  if (!row || to === from) return index;
  const middle = centerX(boxes[index]);
  let nearest = row.first;
  for (let at = row.first; at < row.end; at++) {
    const isNearer =
      Math.abs(centerX(boxes[at]) - middle) < Math.abs(centerX(boxes[nearest]) - middle);
    if (isNearer) nearest = at;
  }
  return nearest;
};

const centerX = (box: Box | undefined): number => (box ? box.x + box.width / 2 : 0);
