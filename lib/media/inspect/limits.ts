import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { longestSide, maxPixels, maxRawBytes } from '#lib/media/sharp.ts';
import { estimateAvifCost } from './avif-cost.ts';
import { labels } from './format-names.ts';
import {
  estimateAvifMemory,
  estimateMemory,
  type MemoryEstimate,
  rawBytesPerPixel,
} from './memory-estimate.ts';

/** Each takes a conversion by its colour profile before it is shrunk: 35 ms for a megapixel. */
const maxCmykPixels = 25_000_000;
/** A byte of AV1 takes up to 0.17 µs, far more than of any other format. */
const maxAvifBytes = 20_000_000;
/** A grid's tiles, transparency, layers: everything that is decoded of one file. */
const maxAvifPixels = 60_000_000;

/**
 * Why a picture would cost too much to decode, as a sentence; undefined where it would not.
 * Everything is read from headers and from how the file is cut up.
 */
export const findLimitViolation = (
  header: Header,
  format: Format,
  bytes: Uint8Array,
): string | undefined =>
  tooManyPixels(header, format) ??
  (format === 'avif'
    ? tooMuchAvif(header, bytes)
    : tooMuchMemory(header, estimateMemory(header, format, bytes)));

const tooManyPixels = (header: Header, format: Format): string | undefined => {
  const { width, height, channels, depth, space } = header;
  const pixels = width * height;
  if (Math.max(width, height) > longestSide)
    return `The picture has ${sizeOf(header)}; neither side may be longer than ${count(longestSide)}.`;
  if (pixels > maxPixels)
    return `The picture has ${sizeOf(header)}, ${mega(pixels)} megapixels; at most ${mega(maxPixels)} are taken.`;
  const rawBytes = pixels * rawBytesPerPixel(header);
  if (rawBytes > maxRawBytes)
    return `The picture unpacks to ${mega(rawBytes)} MB (${sizeOf(header)}, ${channels} channels of ${depth}); at most ${mega(maxRawBytes)} MB are taken.`;
  const isShrunkFirst = format === 'jpeg'; // and converted afterwards
  if (space === 'cmyk' && pixels > maxCmykPixels && !isShrunkFirst)
    return `The ${labels[format]} picture has ${sizeOf(header)} in CMYK, ${mega(pixels)} megapixels; at most ${mega(maxCmykPixels)} are taken. Save it in RGB, or with fewer pixels.`;
  return undefined;
};

const tooMuchMemory = (header: Header, need: MemoryEstimate): string | undefined => {
  const { memoryBytes, maxBytes, kind, advice } = need;
  if (memoryBytes <= maxBytes) return undefined;
  return `The picture has ${sizeOf(header)}, and to decode it as ${kind} takes ${mega(memoryBytes)} MB of memory; at most ${mega(maxBytes)} MB are given. ${advice}`;
};

const tooMuchAvif = (header: Header, bytes: Uint8Array): string | undefined => {
  if (bytes.length > maxAvifBytes)
    return `The AVIF file has ${mega(bytes.length)} MB; at most ${mega(maxAvifBytes)} MB are taken. Save it with more compression, or as a JPEG.`;
  const work = estimateAvifCost(bytes);
  if (!work)
    return 'The AVIF file is put together in a way that is not read here. Export it again as a single still picture, or as a JPEG.';
  const tooLarge = tooMuchMemory(header, estimateAvifMemory(header, work, bytes.length));
  if (tooLarge || work.pixelsInAll <= maxAvifPixels) return tooLarge;
  return `The AVIF file holds ${mega(work.pixelsInAll)} megapixels in all its parts; at most ${mega(maxAvifPixels)} are taken. Export it as a single still picture, or as a JPEG.`;
};

const sizeOf = ({ width, height }: Pick<Header, 'width' | 'height'>) =>
  `${count(width)} × ${count(height)} pixels`;

export const count = (number: number) => number.toLocaleString('en-US').replaceAll(',', ' ');
const mega = (number: number) => Math.ceil(number / 100_000) / 10;
