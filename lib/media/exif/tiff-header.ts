import { partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';
import { numberAt, type TiffLayout } from './tiff-entry.ts';

const maxPreambleBytes = 32;

/** A TIFF structure, whose offsets count from its beginning. */
export type Tiff = TiffLayout & { reader: Reader; firstDirectory: number };

/**
 * Finds the TIFF header (TIFF 6.0 §2, or BigTIFF's) behind whatever stands before it: JPEG's `Exif`,
 * zero, zero, which some put into PNG and WebP too, with 0xff for the second zero, without it, or
 * behind junk.
 */
export const openTiff = async (part: Reader): Promise<Tiff | undefined> => {
  const start = await part.at(0, Math.min(maxPreambleBytes + 16, part.sizeBytes));
  const found = start && /II[*+]\0|MM\0[*+]/.exec(start.toString('latin1'));
  if (!found) return undefined;
  const layout = { little: found[0].startsWith('II'), isBig: found[0].includes('+') };
  const width = layout.isBig ? 8 : 4;
  const at = found.index + width;
  if (at + width > start.length) return undefined;
  return {
    ...layout,
    firstDirectory: numberAt(start, at, width, layout),
    reader: partReader(part, found.index, part.sizeBytes - found.index),
  };
};
