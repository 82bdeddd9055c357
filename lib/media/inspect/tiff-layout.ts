import { readTiffPage } from './tiff-page.ts';

/** TIFF 6.0: sections 3, 8 and 15. */
const tags = { rowsPerStrip: 278, planar: 284, tileWidth: 322, tileLength: 323 };
const separate = 2;

export type TiffLayout = {
  tile?: { width: number; height: number };
  /** Of a strip that holds one channel only. */
  planarRows?: number;
};

/**
 * How the pixels of a TIFF's first page are cut up. Where a tag stands twice, the larger value
 * counts. Strips with all channels are left out: libtiff decodes those row by row.
 */
export const readTiffLayout = (bytes: Uint8Array): TiffLayout => {
  const page = readTiffPage(bytes);
  const [width, height] = [page?.first(tags.tileWidth), page?.first(tags.tileLength)];
  if (width && height) return { tile: { width, height } };
  const planarRows = page?.first(tags.rowsPerStrip) || Number.MAX_SAFE_INTEGER;
  return page?.first(tags.planar) === separate ? { planarRows } : {};
};
