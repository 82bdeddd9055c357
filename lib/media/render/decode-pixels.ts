import type { Sharp } from 'sharp';
import type { Metadata, Refusal } from '#lib/images/picture.ts';
import { isMachineFault, undecodableRefusal } from '#lib/media/inspect/decode-errors.ts';
import { maxPixels, sharp } from '#lib/media/sharp.ts';

/** Pixels in memory: upright, sRGB, 8 bits. */
export type Pixels = { data: Buffer; width: number; height: number; channels: 1 | 2 | 3 | 4 };

/**
 * A picture as all of ours are made of it: no side longer than `side`, never enlarged, upright, sRGB.
 */
export const openPicture = (
  bytes: Uint8Array,
  side: number,
  transparency: 'white' | 'kept' = 'white',
): Sharp => {
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels })
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });
  if (transparency === 'white') picture.flatten({ background: '#ffffff' });
  return picture.toColourspace('srgb');
};

/** A step that reads a stranger's bytes: what fails in it is their fault, unless it is the machine's. */
export const refuseIfUndecodable = async <T>(
  { format }: Pick<Metadata, 'format'>,
  step: () => Promise<T>,
): Promise<T | { refusal: Refusal }> => {
  try {
    return await step();
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return { refusal: undecodableRefusal(error, format) };
  }
};

/**
 * Decodes so that no side is longer than `side`, and never enlarges; what is transparent becomes
 * white unless it is to stay. Of animations and stacks of pages the first is taken.
 */
export const decodePixels = (
  bytes: Uint8Array,
  metadata: Pick<Metadata, 'format'>,
  side: number,
  transparency: 'white' | 'kept' = 'white',
): Promise<Pixels | { refusal: Refusal }> =>
  refuseIfUndecodable(metadata, () => toPixels(openPicture(bytes, side, transparency)));

export const toPixels = async (picture: Sharp): Promise<Pixels> => {
  const { data, info } = await picture
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
};

/** Our own pixels as the beginning of another picture. */
export const toSharp = ({ data, width, height, channels }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels } });
