import type { Sharp } from 'sharp';
import type { Metadata, Refusal } from '#lib/images/picture.ts';
import { isMachineFault, undecodable } from './decode-faults.ts';
import { mostPixels, sharp } from './sharp-settings.ts';

/** Pixels in memory: upright, sRGB, 8 bits. */
export type Pixels = { data: Buffer; width: number; height: number; channels: 1 | 2 | 3 | 4 };

/**
 * The only step that reads a stranger's bytes; when a later one fails, it is not their fault.
 * Decodes so that no side is longer than `side`, and never enlarges; what is transparent becomes
 * white unless it is to stay. Of animations and stacks of pages the first is taken.
 */
export const decodePixels = async (
  bytes: Uint8Array,
  { format }: Pick<Metadata, 'format'>,
  side: number,
  transparency: 'white' | 'kept' = 'white',
): Promise<Pixels | { refusal: Refusal }> => {
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels })
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  if (transparency === 'white') picture.flatten({ background: '#ffffff' });
  try {
    return await pixelsOf(picture.toColourspace('srgb'));
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return { refusal: undecodable(error, format) };
  }
};

export const pixelsOf = async (picture: Sharp): Promise<Pixels> => {
  const { data, info } = await picture
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
};

/** Our own pixels as the beginning of another picture. */
export const sharpOf = ({ data, width, height, channels }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels } });
