import type { Metadata as Header } from 'sharp';
import { tooManyBytesText } from '#lib/bytes-text.ts';
import { type Format, fullSize, type Refusal, refusal } from '#lib/images/picture.ts';
import { estimateAvifCost } from './avif-cost.ts';
import { labels } from './format-names.ts';
import { estimateAvifMemory, estimateMemory, type MemoryEstimate } from './memory-estimate.ts';

/** Each takes a conversion by its colour profile before it is shrunk: 35 ms for a megapixel. */
const maxCmykPixels = 25_000_000;
/** A byte of AV1 takes up to 0.17 µs, far more than of any other format. */
const maxAvifBytes = 20_000_000;
/** A grid's tiles, transparency, layers: everything that is decoded of one file. */
const maxAvifPixels = 60_000_000;

export type Limits = {
  /** Millions of pixels that any picture may have. */
  maxMegapixels: number;
};
export const defaultLimits: Limits = { maxMegapixels: 268 };

/**
 * Why a picture would cost too much to decode; undefined where it would not.
 * Everything is read from headers and from how the file is cut up.
 */
export const findLimitViolation = (
  header: Header,
  format: Format,
  bytes: Uint8Array,
  limits: Limits = defaultLimits,
): Refusal | undefined =>
  tooManyPixels(header, format, limits) ??
  (format === 'avif'
    ? tooMuchAvif(header, bytes)
    : tooMuchMemory(header, estimateMemory(header, format, bytes)));

/** Makers round: cameras of "50 megapixels" have 50.1, and 16 384 × 16 384 are 268.4. */
const roundedUp = 1.005;

const tooManyPixels = (
  header: Header,
  format: Format,
  { maxMegapixels }: Limits,
): Refusal | undefined => {
  const { width, height, space } = header;
  const pixels = width * height;
  if (Math.max(width, height) > fullSize)
    return refusal(
      'too_many_pixels',
      `The picture has ${formatSize(header)}; neither side may be longer than ${formatCount(fullSize)}.`,
    );
  if (pixels > maxMegapixels * 1_000_000 * roundedUp)
    return refusal(
      'too_many_pixels',
      `The picture has ${formatSize(header)}, ${mega(pixels)} megapixels; at most ${maxMegapixels} are taken.`,
    );
  const isShrunkFirst = format === 'jpeg'; // and converted afterwards
  if (space === 'cmyk' && pixels > maxCmykPixels && !isShrunkFirst)
    return refusal(
      'too_many_pixels',
      `The ${labels[format]} picture has ${formatSize(header)} in CMYK, ${mega(pixels)} megapixels; at most ${mega(maxCmykPixels)} are taken. Save it in RGB, or with fewer pixels.`,
    );
  return undefined;
};

const tooMuchMemory = (header: Header, need: MemoryEstimate): Refusal | undefined => {
  const { memoryBytes, maxBytes, kind, advice } = need;
  if (memoryBytes <= maxBytes) return undefined;
  return refusal(
    'too_much_memory',
    `The picture has ${formatSize(header)}, and to decode it as ${kind} takes ${mega(memoryBytes)} MB of memory; at most ${mega(maxBytes)} MB are given. ${advice}`,
  );
};

const tooMuchAvif = (header: Header, bytes: Uint8Array): Refusal | undefined => {
  if (bytes.length > maxAvifBytes)
    return refusal(
      'file_too_large',
      `The AVIF file has ${tooManyBytesText(bytes.length, maxAvifBytes)}. Save it with more compression, or as a JPEG.`,
    );
  const work = estimateAvifCost(bytes);
  if (!work)
    return refusal(
      'unsupported_feature',
      'The AVIF file is put together in a way that is not read here. Export it again as a single still picture, or as a JPEG.',
    );
  const tooLarge = tooMuchMemory(header, estimateAvifMemory(header, work, bytes.length));
  if (tooLarge || work.pixelsInAll <= maxAvifPixels) return tooLarge;
  return refusal(
    'too_many_pixels',
    `The AVIF file holds ${mega(work.pixelsInAll)} megapixels in all its parts; at most ${mega(maxAvifPixels)} are taken. Export it as a single still picture, or as a JPEG.`,
  );
};

const formatSize = ({ width, height }: Pick<Header, 'width' | 'height'>) =>
  `${formatCount(width)} × ${formatCount(height)} pixels`;

export const formatCount = (number: number) => number.toLocaleString('en-US').replaceAll(',', ' ');
const mega = (number: number) => Math.ceil(number / 100_000) / 10;
