import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { readOrientation } from '#lib/media/exif/orientation.ts';

/**
 * How a picture is turned to be seen, by EXIF's numbers: what its record will say, so that none
 * is ever sideways whose record says why; else what libvips found. HEIC and AVIF are turned by
 * their boxes alone.
 */
export const findOrientation = async (
  bytes: Uint8Array,
  format: Format,
  { orientation }: Pick<Header, 'orientation'>,
): Promise<number> => (await readOrientation(bytes, format)) ?? orientation ?? 1;
