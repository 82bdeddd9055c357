import { rgbaToThumbHash } from 'thumbhash';
import type { Metadata, Refusal, Shrink, Size } from '#lib/images/picture.ts';
import { isMachineFault, undecodable } from './decode-faults.ts';
import { dominantColorOf } from './dominant-color.ts';
import { mostPixels, sharp } from './sharp-settings.ts';

/** Pixels in memory: sRGB, 8 bits, no alpha. */
type Pixels = { data: Buffer; width: number; height: number; channels: 1 | 2 | 3 | 4 };

const hashSide = 100; // the most that ThumbHash takes

/**
 * Decodes once, to the largest size, and makes everything else from those pixels. Transparency
 * becomes white, any colour profile sRGB, and nothing but the picture survives: no EXIF, no GPS.
 */
export const sharpShrink: Shrink = async (bytes, metadata, sizes) => {
  const largest = await decode(bytes, metadata, Math.max(hashSide, ...sizes.map(sideOf)));
  if ('refusal' in largest) return largest;
  const [renditions, look] = await Promise.all([
    Promise.all(sizes.map((size) => render(largest, size, metadata))),
    lookOf(largest, metadata),
  ]);
  return { renditions, ...look };
};

const sideOf = ({ longestSide }: Size) => longestSide;

/** The only step that reads a stranger's bytes; when a later one fails, it is not their fault. */
const decode = async (
  bytes: Uint8Array,
  { format }: Metadata,
  side: number,
): Promise<Pixels | { refusal: Refusal }> => {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels })
      .autoOrient()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return { refusal: undecodable(error, format) };
  }
};

/** The original's shape at that size, never larger than it, never less than a pixel. */
const shapeAt = (side: number, { width, height }: Metadata) => {
  const scale = Math.min(1, side / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
};

const shrunkTo = (side: number, pixels: Pixels, metadata: Metadata) => {
  const { data, width, height, channels } = pixels;
  const picture = sharp(data, { raw: { width, height, channels } });
  const shape = shapeAt(side, metadata);
  return shape.width >= width && shape.height >= height
    ? picture
    : picture.resize({ ...shape, fit: 'fill' });
};

const render = async (pixels: Pixels, { name, longestSide }: Size, metadata: Metadata) => {
  const { data, info } = await shrunkTo(longestSide, pixels, metadata)
    .jpeg({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  return { name, width: info.width, height: info.height, sizeBytes: data.length, bytes: data };
};

const lookOf = async (pixels: Pixels, metadata: Metadata) => {
  const { data, info } = await shrunkTo(hashSide, pixels, metadata)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    placeholder: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    dominantColor: dominantColorOf(data, info.channels),
  };
};
