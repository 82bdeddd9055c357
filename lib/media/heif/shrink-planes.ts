import type { PlanarTile } from './tile.ts';
import type { YccCoefficients } from './ycc-coefficients.ts';

/** Where in the shrunk picture a tile goes, and how much of it is seen: even numbers of pixels. */
export type Target = {
  /** RGB. */
  samples: Uint8ClampedArray;
  rowBytes: number;
  /** Of the tile's first pixel. */
  at: number;
  across: number;
  down: number;
  factor: number;
};

/**
 * Writes a tile of luma and chroma as RGB, each pixel the mean of `factor` rows and columns. Two rows
 * and two columns of luma share a sample of each chroma.
 */
export const shrinkPlanes = (tile: PlanarTile, target: Target): void => {
  const writeRow = target.factor === 2 ? writeHalvedRow : writeShrunkRow;
  const rows = Math.ceil(target.down / target.factor);
  for (let row = 0; row < rows; row++)
    writeRow(tile, row, target, target.at + row * target.rowBytes);
};

/** What most pictures of phones need, and a third of the time that the other way would take. */
const writeHalvedRow = (
  { y, cb, cr, coefficients }: PlanarTile,
  row: number,
  { samples, across }: Target,
  start: number,
): void => {
  let upper = 2 * row * y.stride;
  let lower = upper + y.stride;
  let blue = row * cb.stride;
  let red = row * cr.stride;
  const end = start + (across / 2) * 3;
  for (let to = start; to < end; to += 3, upper += 2, lower += 2) {
    const luma =
      at(y.data, upper) + at(y.data, upper + 1) + at(y.data, lower) + at(y.data, lower + 1);
    writePixel(samples, to, luma / 4, at(cb.data, blue++), at(cr.data, red++), coefficients);
  }
};

const writeShrunkRow = (
  { y, cb, cr, coefficients }: PlanarTile,
  row: number,
  { samples, across, down, factor }: Target,
  start: number,
): void => {
  const step = factor / 2;
  const bottom = Math.min((row + 1) * step, down / 2); // the last may be narrower
  for (let left = 0, to = start; left < across / 2; left += step, to += 3) {
    const right = Math.min(left + step, across / 2);
    let [luma, blue, red] = [0, 0, 0];
    for (let line = row * step; line < bottom; line++) {
      let upper = 2 * (line * y.stride + left);
      let lower = upper + y.stride;
      for (let x = left; x < right; x++, upper += 2, lower += 2) {
        luma +=
          at(y.data, upper) + at(y.data, upper + 1) + at(y.data, lower) + at(y.data, lower + 1);
        blue += at(cb.data, line * cb.stride + x);
        red += at(cr.data, line * cr.stride + x);
      }
    }
    const share = 1 / ((bottom - row * step) * (right - left));
    writePixel(samples, to, luma * share * 0.25, blue * share, red * share, coefficients);
  }
};

const at = (data: Uint8Array, index: number): number => data[index] as number;

const writePixel = (
  samples: Uint8ClampedArray,
  to: number,
  y: number,
  cb: number,
  cr: number,
  { black, luma, crToRed, cbToGreen, crToGreen, cbToBlue }: YccCoefficients,
): void => {
  const grey = luma * (y - black);
  const blue = cb - 128;
  const red = cr - 128;
  samples[to] = grey + crToRed * red;
  samples[to + 1] = grey + cbToGreen * blue + crToGreen * red;
  samples[to + 2] = grey + cbToBlue * blue;
};
