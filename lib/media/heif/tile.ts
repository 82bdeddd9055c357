import type { YccCoefficients } from './ycc-coefficients.ts';

/** Samples of 8 bits in the decoder's memory, whose rows lie `stride` bytes apart. */
export type Plane = { data: Uint8Array; stride: number };

type Size = { width: number; height: number; release: () => void };

/** A decoded tile; nothing of it may be read after `release`. */
export type InterleavedTile = Size & Plane & { layout: 'interleaved' };
/** 4:2:0: a sample of each chroma for two rows and two columns of luma. */
export type PlanarTile = Size & {
  layout: 'planes';
  y: Plane;
  cb: Plane;
  cr: Plane;
  coefficients: YccCoefficients;
};
export type Tile = InterleavedTile | PlanarTile;
