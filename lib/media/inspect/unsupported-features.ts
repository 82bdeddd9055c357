import type { Format } from '#lib/images/picture.ts';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import { findUnsupportedTiffFeature } from './tiff-features.ts';

/** The feature for which a whole and sound file is not read here; undefined where there is none. */
export const findUnsupportedFeature = (bytes: Uint8Array, format: Format): string | undefined => {
  if (format === 'tiff') return findUnsupportedTiffFeature(bytes);
  if (format === 'png') return findInPng(bytes);
  if (format === 'jpeg') return findInJpeg(bytes);
  return format === 'avif' || format === 'heic' ? findInHeif(bytes) : undefined;
};

/** Xcode's own variant of PNG: no other program reads it. */
const findInPng = (bytes: Uint8Array): string | undefined =>
  Buffer.from(bytes.subarray(12, 16)).toString('latin1') === 'CgBI'
    ? "Apple's CgBI variant of PNG"
    : undefined;

/** Kinds of coding of ITU-T T.81, table B.1, that no decoder for the web knows. */
const jpegCodings: Record<number, string> = {
  195: 'lossless coding',
  197: 'hierarchical coding',
  198: 'hierarchical coding',
  199: 'hierarchical coding',
  203: 'lossless arithmetic coding',
  205: 'hierarchical coding',
  206: 'hierarchical coding',
  207: 'hierarchical coding',
  247: 'JPEG-LS coding',
};

const findInJpeg = (bytes: Uint8Array): string | undefined => {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // fill bytes may precede any marker
      continue;
    }
    const coding = jpegCodings[marker];
    if (coding) return coding;
    const isFrame = marker >= 0xc0 && marker <= 0xc2;
    if (isFrame) return (bytes[at + 4] ?? 8) === 8 ? undefined : `${bytes[at + 4]} bits a sample`;
    if (marker === 0xda) return undefined;
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return undefined;
};

/** A sequence may have a still picture as its cover, which is then shown. */
const findInHeif = (bytes: Uint8Array): string | undefined => {
  if (readHeif(bytes)) return undefined;
  const start = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  return /avis|msf1|hevc|hevx/.test(start.slice(8))
    ? 'animation without a still picture'
    : undefined;
};
