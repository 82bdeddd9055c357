import { type MetadataParts, noParts } from './metadata-parts.ts';
import { partsInHeif } from './parts-in-heif.ts';
import { partsInJpeg } from './parts-in-jpeg.ts';
import { partsInPng } from './parts-in-png.ts';
import { partsInWebp } from './parts-in-webp.ts';
import type { Reader } from './range-reader.ts';

/** Finds the metadata of a JPEG, PNG, WebP, AVIF, HEIC or TIFF by the file's first bytes. */
export const findParts = async (reader: Reader): Promise<MetadataParts> => {
  const start = await reader.at(0, Math.min(32, reader.sizeBytes));
  return (start && (await finderFor(start)?.(reader))) ?? noParts();
};

const finderFor = (start: Buffer) => {
  const text = start.toString('latin1');
  if (text.startsWith('\xff\xd8')) return partsInJpeg;
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return partsInPng;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return partsInWebp;
  if (text.slice(4, 8) === 'ftyp') return partsInHeif;
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return wholeFile;
  return undefined; // GIF has no place for EXIF
};

const wholeFile = async (reader: Reader): Promise<MetadataParts> => ({
  ...noParts(),
  exif: [reader],
});
