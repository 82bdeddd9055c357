import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { longestSide, mostPixels, mostRawBytes } from '#lib/media/sharp.ts';
import { avifWorkOf } from './avif-cost.ts';
import { labels } from './format-names.ts';
import { avifNeedOf, type Need, needOf, rawBytesPerPixel } from './memory-estimate.ts';

/** Each takes a conversion by its colour profile before it is shrunk: 35 ms for a megapixel. */
const mostCmykPixels = 25_000_000;
/** A byte of AV1 takes up to 0.17 µs, far more than of any other format. */
const mostAvifBytes = 20_000_000;
/** A grid's tiles, transparency, layers: everything that is decoded of one file. */
const mostAvifPixels = 60_000_000;

/**
 * Why a picture would cost too much to decode, as a sentence; undefined where it would not.
 * Everything is read from headers and from how the file is cut up.
 */
export const excessOf = (header: Header, format: Format, bytes: Uint8Array): string | undefined =>
  tooManyPixels(header, format) ??
  (format === 'avif'
    ? tooMuchAvif(header, bytes)
    : tooMuchMemory(header, needOf(header, format, bytes)));

const tooManyPixels = (header: Header, format: Format): string | undefined => {
  const { width, height, channels, depth, space } = header;
  const pixels = width * height;
  if (Math.max(width, height) > longestSide)
    return `The picture has ${sizeOf(header)}; neither side may be longer than ${count(longestSide)}.`;
  if (pixels > mostPixels)
    return `The picture has ${sizeOf(header)}, ${mega(pixels)} megapixels; at most ${mega(mostPixels)} are taken.`;
  const rawBytes = pixels * rawBytesPerPixel(header);
  if (rawBytes > mostRawBytes)
    return `The picture unpacks to ${mega(rawBytes)} MB (${sizeOf(header)}, ${channels} channels of ${depth}); at most ${mega(mostRawBytes)} MB are taken.`;
  const isShrunkFirst = format === 'jpeg'; // and converted afterwards
  if (space === 'cmyk' && pixels > mostCmykPixels && !isShrunkFirst)
    return `The ${labels[format]} picture has ${sizeOf(header)} in CMYK, ${mega(pixels)} megapixels; at most ${mega(mostCmykPixels)} are taken. Save it in RGB, or with fewer pixels.`;
  return undefined;
};

const tooMuchMemory = (header: Header, need: Need): string | undefined => {
  const { memoryBytes, mostBytes, kind, advice } = need;
  if (memoryBytes <= mostBytes) return undefined;
  return `The picture has ${sizeOf(header)}, and to decode it as ${kind} takes ${mega(memoryBytes)} MB of memory; at most ${mega(mostBytes)} MB are given. ${advice}`;
};

const tooMuchAvif = (header: Header, bytes: Uint8Array): string | undefined => {
  if (bytes.length > mostAvifBytes)
    return `The AVIF file has ${mega(bytes.length)} MB; at most ${mega(mostAvifBytes)} MB are taken. Save it with more compression, or as a JPEG.`;
  const work = avifWorkOf(bytes);
  if (!work)
    return 'The AVIF file is put together in a way that is not read here. Export it again as a single still picture, or as a JPEG.';
  const tooLarge = tooMuchMemory(header, avifNeedOf(header, work, bytes.length));
  if (tooLarge || work.pixelsInAll <= mostAvifPixels) return tooLarge;
  return `The AVIF file holds ${mega(work.pixelsInAll)} megapixels in all its parts; at most ${mega(mostAvifPixels)} are taken. Export it as a single still picture, or as a JPEG.`;
};

const sizeOf = ({ width, height }: Pick<Header, 'width' | 'height'>) =>
  `${count(width)} × ${count(height)} pixels`;

export const count = (number: number) => number.toLocaleString('en-US').replaceAll(',', ' ');
const mega = (number: number) => Math.ceil(number / 100_000) / 10;
