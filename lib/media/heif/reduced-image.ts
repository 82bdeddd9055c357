import { shrinkPlanes } from './shrink-planes.ts';
import type { InterleavedTile, Tile } from './tile.ts';

/**
 * Interleaved samples of 8 bits. So many bytes in front of them are free, in the same memory, for a
 * header: a copy would take as much memory again.
 */
export type Reduced = { data: Buffer; width: number; height: number; headroomBytes: number };

const headroomBytes = 262_144;

/**
 * A picture that is put together from tiles and shrunk by a whole factor meanwhile, each pixel the
 * mean of what falls there, so that the picture as a whole never lies in memory.
 */
export const reducedImage = (
  fullWidth: number,
  fullHeight: number,
  channels: number,
  factor: number,
) => {
  const width = Math.ceil(fullWidth / factor);
  const height = Math.ceil(fullHeight / factor);
  const memory = Buffer.alloc(headroomBytes + width * height * channels);
  const data = memory.subarray(headroomBytes);
  const shape = { fullWidth, fullHeight, width, channels, factor };

  const add = (tile: Tile, left: number, top: number): void => {
    try {
      if (tile.layout === 'planes') shrinkPlanes(tile, planesTarget(data, tile, left, top, shape));
      else if (factor === 1) copyTile(data, tile, left, top, shape);
      else shrinkTile(data, tile, left, top, shape);
    } finally {
      tile.release();
    }
  };
  return { add, finish: (): Reduced => ({ data, width, height, headroomBytes }) };
};

type Shape = {
  fullWidth: number;
  fullHeight: number;
  width: number;
  channels: number;
  factor: number;
};

/** What of a tile lies inside: the last of a row or column may be padded. */
const visible = ({ width, height }: Tile, left: number, top: number, shape: Shape) => ({
  across: Math.min(width, shape.fullWidth - left),
  down: Math.min(height, shape.fullHeight - top),
});

const planesTarget = (to: Buffer, tile: Tile, left: number, top: number, shape: Shape) => {
  const rowBytes = shape.width * 3;
  return {
    samples: new Uint8ClampedArray(to.buffer, to.byteOffset, to.length),
    rowBytes,
    at: (top / shape.factor) * rowBytes + (left / shape.factor) * 3,
    factor: shape.factor,
    ...visible(tile, left, top, shape),
  };
};

const copyTile = (
  to: Buffer,
  tile: InterleavedTile,
  left: number,
  top: number,
  shape: Shape,
): void => {
  const { across, down } = visible(tile, left, top, shape);
  const { channels, width } = shape;
  for (let row = 0; row < down; row++) {
    const start = row * tile.stride;
    to.set(
      tile.data.subarray(start, start + across * channels),
      ((top + row) * width + left) * channels,
    );
  }
};

const shrinkTile = (
  to: Buffer,
  tile: InterleavedTile,
  left: number,
  top: number,
  shape: Shape,
): void => {
  const { across, down } = visible(tile, left, top, shape);
  const { channels, factor, width } = shape;
  const sums = new Uint32Array(Math.ceil(across / factor) * channels);
  for (let first = 0; first < down; first += factor) {
    const rows = Math.min(factor, down - first);
    sums.fill(0);
    for (let row = first; row < first + rows; row++)
      addRow(sums, tile.data.subarray(row * tile.stride), across, channels, factor);
    const out = (((top + first) / factor) * width + left / factor) * channels;
    writeMeans(to, out, sums, { across, rows, channels, factor });
  }
};

// Written out for three channels: this loop sees every pixel of every picture.
const addRow = (
  sums: Uint32Array,
  row: Uint8Array,
  across: number,
  channels: number,
  factor: number,
): void => {
  const rowEnd = across * channels;
  for (let at = 0, from = 0; at < sums.length; at += channels) {
    const end = Math.min(from + factor * channels, rowEnd);
    let [red, green, blue, alpha] = [0, 0, 0, 0];
    for (; from < end; from += channels) {
      red += row[from] as number;
      green += row[from + 1] as number;
      blue += row[from + 2] as number;
      if (channels === 4) alpha += row[from + 3] as number;
    }
    sums[at] = (sums[at] as number) + red;
    sums[at + 1] = (sums[at + 1] as number) + green;
    sums[at + 2] = (sums[at + 2] as number) + blue;
    if (channels === 4) sums[at + 3] = (sums[at + 3] as number) + alpha;
  }
};

const writeMeans = (
  to: Buffer,
  out: number,
  sums: Uint32Array,
  {
    across,
    rows,
    channels,
    factor,
  }: { across: number; rows: number; channels: number; factor: number },
): void => {
  const full = rows * factor;
  const last = rows * (across % factor || factor); // the rightmost may be narrower
  for (let at = 0; at < sums.length; at++) {
    const counted = at >= sums.length - channels ? last : full;
    to[out + at] = Math.round((sums[at] ?? 0) / counted);
  }
};
