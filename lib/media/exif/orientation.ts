import type { Format } from '#lib/images/picture.ts';
import { rangeReader } from './range-reader.ts';
import { readParts } from './read-parts.ts';
import type { Tags } from './tiff-tags.ts';

/** How a picture was turned when it was stored: 1 is upright (EXIF 3.0 §4.6.5.1, Orientation). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** HEIC and AVIF are turned by their `irot` and `imir`; EXIF's value is only a note there (MIAF). */
const turnedByExif: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff']);

/**
 * The orientation that the image's record will show as EXIF's, found by the very search that fills
 * the record: in PNG's text chunks, behind the pixels, behind junk. Undefined where the file says
 * nothing, or where the format turns by other means than EXIF. Reads at most 1 MB of `bytes` and
 * never throws because of what they contain.
 */
export const readOrientation = async (
  bytes: Uint8Array,
  format: Format | 'heic' | 'heif',
): Promise<Orientation | undefined> => {
  if (!turnedByExif.has(format)) return undefined;
  const readRange = async (offset: number, length: number) =>
    bytes.subarray(offset, offset + length);
  const { tags } = await readParts(rangeReader(readRange, bytes.length));
  return orientationIn(tags);
};

/** Undefined for values that the standard does not have. */
export const orientationIn = (tags: Tags): Orientation | undefined => {
  const value = tags.get('Orientation');
  const number = Number(Array.isArray(value) ? value[0] : value);
  return Number.isInteger(number) && number >= 1 && number <= 8
    ? (number as Orientation)
    : undefined;
};
