import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import type { AvifCost } from './avif-cost.ts';
import { countJpegSamplesPerPixel } from './jpeg-sampling.ts';
import { findMisreadChannels } from './tiff-features.ts';
import { readTiffLayout } from './tiff-layout.ts';

/** What decoding holds at once, beyond what every small picture takes. */
export type MemoryEstimate = {
  memoryBytes: number;
  maxBytes: number;
  /** How the file is written, and how it had better be. */
  kind: string;
  advice: string;
};

/**
 * Measured with sharp 0.35 on pictures of 12 to 49 megapixels, VmHWM of a new process for each: a
 * small picture's worker peaks at 110 to 125 MB, and no file is to take more than 350 MB, an AVIF
 * or HEIC 500 MB.
 */
const maxDecoderBytes = 220_000_000;
const maxAvifDecoderBytes = 380_000_000;

/**
 * Rows of pixels that libvips holds while it shrinks a picture in order; measured 500 to 1000. JPEG
 * and WebP are shrunk by their decoders.
 */
const heldRows = 1_100;

/** Of one decoded pixel, with all its channels. */
export const rawBytesPerPixel = ({ channels, depth }: Pick<Header, 'channels' | 'depth'>) =>
  channels * (bytesPerSample[depth] ?? 16);

/** libvips' names of its sample types. */
const bytesPerSample: Record<string, number> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  double: 8,
  complex: 8,
  dpcomplex: 16,
};

type DecoderMemory = { bytes: number; kind: string; advice: string };

/** An estimate from header and layout, the file's own bytes included. */
export const estimateMemory = (
  header: Header,
  format: Exclude<Format, 'avif'>,
  bytes: Uint8Array,
): MemoryEstimate => {
  const { bytes: held, kind, advice } = decoderMemory[format](header, bytes);
  return {
    memoryBytes: held + bytes.length,
    maxBytes: format === 'heic' ? maxAvifDecoderBytes : maxDecoderBytes,
    kind,
    advice,
  };
};

/** What of a picture is held before its first row of pixels comes out, or between two of them. */
const decoderMemory: Record<
  Exclude<Format, 'avif'>,
  (header: Header, bytes: Uint8Array) => DecoderMemory
> = {
  /** libjpeg collects all scans as coefficients of two bytes; what has one scan passes through. */
  jpeg: ({ width, height, channels, isProgressive }, bytes) => ({
    bytes: isProgressive ? width * height * 2 * (countJpegSamplesPerPixel(bytes) ?? channels) : 0,
    kind: 'a progressive JPEG',
    advice: 'Save it as a baseline JPEG, or with fewer pixels.',
  }),

  /** Pixels of an interlaced one are complete only when the last of seven passes is read. */
  png: (header) => ({
    bytes: (header.isProgressive ? countRawBytes(header) : 0) + countRowBytes(header),
    kind: 'an interlaced PNG', // no other can need that much
    advice: 'Save it without interlacing, or with fewer pixels.',
  }),

  /** Lossless ones exist as 32-bit pixels as a whole. */
  webp: ({ width, height }, bytes) => ({
    bytes: isLossless(bytes) ? 4 * width * height : 0,
    kind: 'a lossless WebP',
    advice: 'Save it as a lossy WebP or a JPEG, or with fewer pixels.',
  }),

  /** Frames are painted onto a canvas of 32-bit pixels. */
  gif: ({ width, height }) => ({
    bytes: 4 * width * (height + Math.min(heldRows, height)),
    kind: 'a GIF',
    advice: 'Save it as a PNG or a JPEG, or with fewer pixels.',
  }),

  /** Decoded tile by tile, and shrunk meanwhile; one that is a single tile lies in memory as a whole. */
  heic: ({ width, height }, bytes) => {
    const heif = readHeif(bytes);
    const coded = heif?.codedPixels ?? width * height;
    return {
      bytes: coded * heicBytesPerPixel + bytes.length,
      kind: 'a HEIC',
      advice: 'Save it with fewer pixels, or as a JPEG.',
    };
  },

  tiff: (header, bytes) => ({
    bytes: Math.max(
      countBlockBytes(header, bytes) + countRowBytes(header),
      heldForChannels(header, bytes),
    ),
    kind: 'a TIFF cut up like this',
    advice:
      'Save it in strips or smaller tiles, with 8 bits for each channel, or with fewer pixels.',
  }),
};

/** Planes and RGB of a tile, all at once: measured 6.3 on single tiles of 24 and 49 megapixels. */
const heicBytesPerPixel = 6.5;

const countRawBytes = (header: Header) => header.width * header.height * rawBytesPerPixel(header);

const countRowBytes = (header: Header) =>
  Math.min(heldRows, header.height) * header.width * rawBytesPerPixel(header);

/** Channels are picked from all pixels at once: theirs, and the picture without the others. */
const heldForChannels = (header: Header, bytes: Uint8Array): number =>
  findMisreadChannels(bytes) ? countRawBytes(header) + 7 * header.width * header.height : 0;

const chunks = { lossy: 0x56503820, lossless: 0x5650384c, frame: 0x414e4d46 }; // VP8, VP8L, ANMF

/** Of the picture, or of the first frame: it lies in a chunk that begins with 16 bytes of its own. */
const isLossless = (bytes: Uint8Array): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = view.getUint32(at);
    if (type === chunks.lossless || type === chunks.lossy) return type === chunks.lossless;
    const length = view.getUint32(at + 4, true);
    at += type === chunks.frame ? 8 + 16 : 8 + length + (length & 1);
  }
  return false;
};

/**
 * libvips holds two rows of tiles, and of strips where each channel has its own; of these it
 * decodes one more before it puts them together.
 */
const countBlockBytes = (header: Header, bytes: Uint8Array): number => {
  const { width, height, channels } = header;
  const { tile, planarRows = 0 } = readTiffLayout(bytes);
  const across = tile ? Math.ceil(width / tile.width) * tile.width : width;
  const down = tile ? tile.height : Math.min(planarRows, height);
  const rows = down && Math.min(2, Math.ceil(height / down)) * down;
  return across * rows * rawBytesPerPixel(header) * (tile ? 1 : 1 + 1 / channels);
};

/**
 * libaom and libheif hold 15 bytes for a pixel of 4:2:0, 18 where it is 4:4:4 or has more than 8
 * bits, 25 where both; one more for transparency, and three for each byte of the file.
 */
export const estimateAvifMemory = (
  { width, height, hasAlpha }: Pick<Header, 'width' | 'height' | 'hasAlpha'>,
  work: AvifCost,
  fileBytes: number,
): MemoryEstimate => {
  const perPixel = 12.2 + 2.05 * work.bytesPerPixel + (hasAlpha ? 1 : 0);
  return {
    memoryBytes: Math.max(width * height, work.pixels) * perPixel + 3 * fileBytes,
    maxBytes: maxAvifDecoderBytes,
    kind: 'an AVIF',
    advice: 'Save it with fewer pixels, or as a JPEG.',
  };
};
