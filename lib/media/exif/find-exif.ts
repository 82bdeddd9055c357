import { crc32 } from 'node:zlib';
import type { Block } from './block.ts';
import { findExifInAvif } from './find-exif-in-avif.ts';
import type { Reader } from './range-reader.ts';

/** Finds the EXIF of a JPEG, PNG, WebP, AVIF or TIFF; undefined where there is none to be found. */
export const findExif = async (reader: Reader): Promise<Block | undefined> => {
  const start = await reader.at(0, Math.min(32, reader.sizeBytes));
  const found = start && (await finderFor(start)?.(reader));
  return found && afterPreamble(reader, found);
};

const finderFor = (start: Buffer) => {
  const text = start.toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return inJpeg;
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return inPng;
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return inWebp;
  if (text.slice(4, 8) === 'ftyp') return findExifInAvif;
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return wholeFile;
  return undefined; // GIF has no place for EXIF
};

const wholeFile = async ({ sizeBytes }: Reader): Promise<Block> => ({
  offset: 0,
  length: sizeBytes,
});

/** JPEG's marker (`Exif`, two zeros) before the TIFF structure; some put it into PNG and WebP too. */
const afterPreamble = async (reader: Reader, { offset, length }: Block) => {
  const start = await reader.at(offset, 6);
  return start?.toString('latin1') === 'Exif\0\0'
    ? { offset: offset + 6, length: length - 6 }
    : { offset, length };
};

/** Segments up to the first scan (ISO 10918-1 §B.1), skipped by their lengths. */
const inJpeg = async (reader: Reader): Promise<Block | undefined> => {
  for (let at = 2; ; ) {
    const head = await reader.at(at, 4);
    if (head?.[0] !== 0xff) return undefined;
    const marker = head.readUInt8(1);
    const length = head.readUInt16BE(2);
    if (marker === 0xff)
      at += 1; // a fill byte
    else if (marker === 0xda || marker === 0xd9 || length < 2) return undefined;
    else if (marker === 0xe1 && (await textAt(reader, at + 4, 5)) === 'Exif\0')
      return { offset: at + 4, length: length - 2 };
    else at += 2 + length;
  }
};

/** Chunks up to the pixels, then whatever whole `eXIf` chunk the file's end holds. */
const inPng = async (reader: Reader): Promise<Block | undefined> => {
  for (let at = 8; ; ) {
    const head = await reader.at(at, 8);
    if (!head) return undefined;
    const type = head.toString('latin1', 4);
    const length = head.readUInt32BE(0);
    if (type === 'eXIf') return { offset: at + 8, length };
    if (type === 'IDAT') return inPngTail(reader);
    at += 12 + length;
  }
};

const tailBytes = 65_536; // the longest EXIF that a JPEG can hold, and PNGs are made of those

/** Thousands of IDAT chunks may lie between: a checksum tells a chunk from pixels that look like one. */
const inPngTail = async (reader: Reader): Promise<Block | undefined> => {
  const start = Math.max(0, reader.sizeBytes - tailBytes);
  const tail = await reader.at(start, reader.sizeBytes - start);
  let tries = 8;
  for (let at = tail?.lastIndexOf('eXIf') ?? -1; tail && at >= 4 && tries > 0; tries--) {
    const length = tail.readUInt32BE(at - 4);
    const end = at + 4 + length;
    if (end + 4 <= tail.length && crc32(tail.subarray(at, end)) === tail.readUInt32BE(end))
      return { offset: start + at + 4, length };
    at = tail.lastIndexOf('eXIf', at - 1);
  }
  return undefined;
};

const webpHasExif = 0x08; // a flag of the VP8X chunk, which is then the first

/** RIFF chunks; EXIF comes after the pixels. */
const inWebp = async (reader: Reader): Promise<Block | undefined> => {
  const first = await reader.at(12, 9);
  if (first?.toString('latin1', 0, 4) !== 'VP8X') return undefined;
  if ((first.readUInt8(8) & webpHasExif) === 0) return undefined;
  for (let at = 12; ; ) {
    const head = await reader.at(at, 8);
    if (!head) return undefined;
    const length = head.readUInt32LE(4);
    if (head.toString('latin1', 0, 4) === 'EXIF') return { offset: at + 8, length };
    at += 8 + length + (length & 1);
  }
};

const textAt = async (reader: Reader, offset: number, length: number) =>
  (await reader.at(offset, length))?.toString('latin1');
