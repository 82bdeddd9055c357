import { rgbaToThumbHash } from 'thumbhash';
import { fullSize, type Metadata, type Shrink, type Size } from '#lib/images/picture.ts';
import { release } from '#lib/release.ts';
import { decodePixels, maxHeldSide, type Pixels, toPixels, toSharp } from './decode-pixels.ts';
import { findDominantColor } from './dominant-color.ts';
import { optimize } from './optimize.ts';
import { smallCopy } from './small-copy.ts';

const hashSide = 64; // ThumbHash stores seven waves a side: the 100 that it takes add only work

/**
 * Decodes to the largest size, and makes everything else from those pixels; except the full size of
 * a JPEG: libjpeg shrinks while it decodes, so reading twice costs less than one pass over all
 * pixels and forty megabytes of memory. Transparency
 * becomes white, any colour profile sRGB, and nothing but the picture survives: no EXIF, no GPS.
 */
export const sharpShrink: Shrink = async (bytes, metadata, sizes) => {
  const isReadTwice =
    metadata.format === 'jpeg' || (metadata.format !== 'heic' && maxHeldSide(metadata) < fullSize);
  const decodedTo = largestSide(isReadTwice ? sizes.filter(isThumbnail) : sizes);
  const decoded = await decodePixels(bytes, metadata, decodedTo);
  if ('refusal' in decoded) return decoded;
  // Smaller ones of a full size are made of the largest thumbnail: once through all its pixels.
  const largest = await within(largestSide(sizes.filter(isThumbnail)), decoded, metadata);
  const make = (size: Size) =>
    isThumbnail(size)
      ? render(largest, size, metadata)
      : whole(size, bytes, metadata, isReadTwice ? undefined : decoded);
  const [made, look] = await Promise.all([Promise.all(sizes.map(make)), computePreview(largest)]);
  release(decoded.data);
  release(largest.data);
  const refused = made.find((one) => 'refusal' in one);
  if (refused) return refused;
  return { renditions: made.filter((one) => 'bytes' in one), ...look };
};

const largestSide = (sizes: readonly Size[]) =>
  Math.max(hashSide, ...sizes.map(({ longestSide }) => longestSide));

const isThumbnail = ({ longestSide }: Size) => longestSide < fullSize;

const within = async (side: number, pixels: Pixels, metadata: Metadata): Promise<Pixels> =>
  Math.max(pixels.width, pixels.height) <= side
    ? pixels
    : toPixels(shrunkTo(side, pixels, metadata));

/** The original's shape at that size, never larger than it, never less than a pixel. */
const shapeAt = (side: number, { width, height }: Pick<Metadata, 'width' | 'height'>) => {
  const scale = Math.min(1, side / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
};

const shrunkTo = (side: number, pixels: Pixels, metadata: Metadata) => {
  const shape = shapeAt(side, metadata);
  return shape.width >= pixels.width && shape.height >= pixels.height
    ? toSharp(pixels)
    : toSharp(pixels).resize({ ...shape, fit: 'fill' });
};

const render = async (pixels: Pixels, { name, longestSide }: Size, metadata: Metadata) => {
  const { data, info } = await shrunkTo(longestSide, pixels, metadata)
    .jpeg({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  return { name, width: info.width, height: info.height, sizeBytes: data.length, bytes: data };
};

const whole = async (
  { name }: Size,
  bytes: Uint8Array,
  metadata: Metadata,
  decoded: Pixels | undefined,
) => {
  const made = await optimize(bytes, metadata, decoded);
  return 'refusal' in made ? made : { name, ...made, sizeBytes: made.bytes.length };
};

const computePreview = (pixels: Pixels) => {
  const { width, height } = shapeAt(hashSide, pixels);
  const copy = smallCopy(pixels, { width, height });
  return {
    placeholder: Buffer.from(rgbaToThumbHash(width, height, copy)).toString('base64'),
    dominantColor: findDominantColor(copy, 4),
  };
};
