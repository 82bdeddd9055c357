import { partOf } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

const maxPreambleBytes = 32;

/** A TIFF structure whose offsets count from its beginning. */
export type Tiff = { reader: Reader; little: boolean; firstDirectory: number };

/**
 * Finds the TIFF header (TIFF 6.0 §2) behind whatever stands before it: JPEG's `Exif`, zero, zero,
 * which some put into PNG and WebP too, with 0xff for the second zero, without it, or behind junk.
 */
export const openTiff = async (part: Reader): Promise<Tiff | undefined> => {
  const start = await part.at(0, Math.min(maxPreambleBytes + 8, part.sizeBytes));
  const found = start && /II\*\0|MM\0\*/.exec(start.toString('latin1'));
  if (!found || found.index + 8 > start.length) return undefined;
  const little = found[0].startsWith('II');
  const at = found.index + 4;
  const firstDirectory = little ? start.readUInt32LE(at) : start.readUInt32BE(at);
  const reader = partOf(part, found.index, part.sizeBytes - found.index);
  return { reader, little, firstDirectory };
};
