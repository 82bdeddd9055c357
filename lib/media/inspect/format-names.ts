import type { Format } from '#lib/images/picture.ts';

/** How we speak of the formats we read. */
export const labels: Record<Format, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  tiff: 'TIFF',
  heic: 'HEIC',
};
