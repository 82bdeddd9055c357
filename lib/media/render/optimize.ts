import type { Sharp } from 'sharp';
import { type Format, fullSize, type Metadata, type Refusal } from '#lib/images/picture.ts';
import { stripMetadata } from '#lib/media/strip-metadata/strip-metadata.ts';
import { decodePixels, type Pixels, toSharp, withPicture } from './decode-pixels.ts';

/** Without a format it is JPEG. */
type Optimized = { bytes: Uint8Array; width: number; height: number; format?: Format };

/**
 * The picture in full size, without metadata: JPEG of quality 80; where that had more bytes than
 * the original, the original's own pixels; where those need metadata to look as they do (a turn,
 * a colour profile) or a browser cannot show them, the best we can encode in no more bytes. Pixels
 * that are decoded already may be given; without them most pictures go straight from decoder to
 * encoder.
 */
export const optimize = async (
  bytes: Uint8Array,
  metadata: Metadata,
  decoded?: Pixels,
): Promise<Optimized | { refusal: Refusal }> => {
  const optimiseCoding = metadata.width * metadata.height <= maxOptimisedPixels;
  const toJpeg = (picture: Sharp) => encoded(picture.jpeg({ quality: 80, optimiseCoding }));
  const jpeg = decoded
    ? await toJpeg(toSharp(decoded))
    : await withPicture({ bytes, metadata }, { side: fullSize }, toJpeg);
  if ('refusal' in jpeg || jpeg.bytes.length <= bytes.length) return jpeg;
  const { width, height, format } = metadata;
  const bare = await stripMetadata(bytes, format);
  if (bare) return { bytes: bare, width, height, ...(format !== 'jpeg' && { format }) };
  const pixels = decoded ?? (await decodePixels(bytes, metadata, fullSize));
  if ('refusal' in pixels) return pixels;
  for (const encode of encodings(bytes, metadata, pixels)) {
    const made = await encode();
    if (made && made.bytes.length <= bytes.length) return made;
  }
  throw new Error(`No encoding of ${width} × ${height} pixels fits into ${bytes.length} bytes.`);
};

const encoded = async (picture: Sharp, format?: Format): Promise<Optimized> => {
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { bytes: data, width, height, ...(format && { format }) };
};

/** WebP's own limit, in pixels: 14 bits. */
const maxWebpSide = 16_383;

/**
 * Huffman tables made for the picture save a fifth of the bytes, but the encoder must collect all
 * coefficients first: six bytes for each pixel. Larger pictures pass through it row by row.
 */
const maxOptimisedPixels = 26_000_000;

/** Coarser than 10 a JPEG is hardly the same picture; then rather fewer pixels. */
const qualities = [70, 60, 50, 40, 30, 20, 10];

/** Formats whose pixels may fit as they are; those of photographs take long to find out. */
const lossless: readonly Format[] = ['png', 'gif', 'tiff'];
const maxLosslessPixels = 24_000_000; // eight seconds at worst

/** Ways to encode a picture, the best first. The last, a single pixel, is 40 bytes. */
function* encodings(bytes: Uint8Array, metadata: Metadata, pixels: Pixels) {
  const mayFit = lossless.includes(metadata.format);
  if (mayFit && pixels.width * pixels.height <= maxLosslessPixels)
    yield () => losslessly(bytes, metadata);
  for (let side = Math.max(pixels.width, pixels.height); side >= 1; side = Math.floor(side / 2)) {
    const picture = () => toSharp(pixels).resize({ width: side, height: side, fit: 'inside' });
    const optimiseCoding = pixels.width * pixels.height <= maxOptimisedPixels;
    for (const quality of qualities)
      yield () => encoded(picture().jpeg({ quality, optimiseCoding }));
    if (side <= maxWebpSide) yield () => encoded(picture().webp({ quality: 10 }), 'webp');
  }
}

/** WebP packs the same pixels smaller than PNG, GIF and TIFF, and may be transparent like them. */
const losslessly = async (
  bytes: Uint8Array,
  metadata: Metadata,
): Promise<Optimized | undefined> => {
  const pixels = await decodePixels(bytes, metadata, fullSize, 'preserved');
  if ('refusal' in pixels || Math.max(pixels.width, pixels.height) > maxWebpSide) return undefined;
  return encoded(toSharp(pixels).webp({ lossless: true, effort: 0 }), 'webp');
};
