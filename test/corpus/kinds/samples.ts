import type { DrawnFormat } from '#test/support/drawn-pictures.ts';
import { drawnBy, phoneExif } from '#test/support/drawn-pictures.ts';

/** A small, good picture of each format, with the tags of a phone where it has a place for them. */
export const samples = async (): Promise<[DrawnFormat, Buffer][]> =>
  Promise.all([
    sample('jpeg'),
    sample('png'),
    sample('webp'),
    sample('gif'),
    sample('avif'),
    sample('tiff'),
  ]);

const sample = async (format: DrawnFormat): Promise<[DrawnFormat, Buffer]> => [
  format,
  await drawnBy[format]({ width: 240, height: 180, exif: phoneExif }),
];

/** The ending under which each format is sent. */
export const endings = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'avif',
  tiff: 'tif',
} as const;
