import type { Format } from '#lib/images/picture.ts';
import { withoutBrokenPages } from './tiff-features.ts';

/**
 * The same file without what prevents a decoder from reading its picture: pointers to pages
 * that are not there, and brands that announce a film where a still picture comes first. A copy;
 * the bytes themselves where nothing is in the way.
 */
export const readableForm = (bytes: Uint8Array, format: Format): Uint8Array => {
  if (format === 'tiff') return withoutBrokenPages(bytes);
  return format === 'avif' || format === 'heic' ? asStillPicture(bytes) : bytes;
};

/** ISO 14496-12 §4.3: brands of four letters behind a version. Those of sequences, and of stills. */
const stillBrands: Record<string, string> = {
  avis: 'avif',
  msf1: 'mif1',
  hevc: 'heic',
  hevx: 'heix',
};

const asStillPicture = (bytes: Uint8Array): Uint8Array => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.length < 16 ? 0 : Math.min(file.readUInt32BE(0), file.length, 256);
  let copy: Buffer | undefined;
  for (let at = 8; at + 4 <= end; at += 4) {
    const still = stillBrands[file.toString('latin1', at, at + 4)];
    if (!still) continue;
    copy ??= Buffer.from(file);
    copy.write(still, at, 'latin1');
  }
  return copy ?? bytes;
};
