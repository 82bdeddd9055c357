export type Grid = {
  columns: number;
  /** Pixels, as everything here: a cell is as high as it is wide, and has a line of text below. */
  cell: number;
  rowHeight: number;
  rows: number;
  height: number;
};

const gap = 14;
const captionHeight = 30;

/** How many of these cells fit side by side, and how large they are then. */
export const layOut = ({
  width,
  count,
  smallest,
}: {
  width: number;
  count: number;
  smallest: number;
}): Grid => {
  const columns = Math.max(2, Math.floor((width + gap) / (smallest + gap)));
  const cell = Math.max(1, Math.floor((width - gap * (columns - 1)) / columns));
  const rowHeight = cell + captionHeight + gap;
  const rows = Math.ceil(count / columns);
  return { columns, cell, rowHeight, rows, height: Math.max(0, rows * rowHeight - gap) };
};

export const cellAt = ({ columns, cell, rowHeight }: Grid, index: number) => ({
  x: (index % columns) * (cell + gap),
  y: Math.floor(index / columns) * rowHeight,
});

/** The cells to draw: those in sight, and some rows before and behind them. */
export const visibleRange = (
  { columns, rowHeight }: Grid,
  { top, viewport, count }: { top: number; viewport: number; count: number },
  spareRows = 2,
): { first: number; end: number } => {
  const firstRow = Math.max(0, Math.floor(top / rowHeight) - spareRows);
  const endRow = Math.max(0, Math.ceil((top + viewport) / rowHeight) + spareRows);
  return { first: Math.min(count, firstRow * columns), end: Math.min(count, endRow * columns) };
};

/** The index that a key moves to; undefined for other keys. */
export const moveByKey = (
  { columns }: Pick<Grid, 'columns'>,
  { key, index, count }: { key: string; index: number; count: number },
): number | undefined => {
  const steps: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    PageUp: index - columns * 3,
    PageDown: index + columns * 3,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  if (to === undefined || count === 0) return undefined;
  return to < 0 || to >= count ? clampedTo(to, index, { key, count }) : to;
};

/** Single steps stop at the ends; larger ones are clamped. */
const clampedTo = (
  to: number,
  index: number,
  { key, count }: { key: string; count: number },
): number =>
  key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp'
    ? index
    : Math.max(0, Math.min(count - 1, to));
