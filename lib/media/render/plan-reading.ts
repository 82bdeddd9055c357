import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import { findOrientation } from '#lib/media/inspect/orientation.ts';
import { findMisreadChannels, type TiffChannels } from '#lib/media/inspect/tiff-features.ts';
import { type CodedColours, readCodePoints } from './code-points.ts';
import { readPngColours } from './png-colours.ts';

/** How to come from a file to upright pixels in sRGB. */
export type ReadingPlan =
  /** libvips does all of it. */
  | { way: 'direct' }
  /** First the stored pixels in 8 bits, then these colours, this turn. */
  | {
      way: 'two-steps';
      profile: Buffer | undefined;
      orientation: number;
      channels?: TiffChannels;
      /** The profile that libvips would apply must be ignored. */
      ignoreProfile: boolean;
      /** Its profile is one of grey, and fits no other pixels. */
      isGrey: boolean;
    }
  | { way: 'heic' }
  | { way: 'refused'; unsupported: string };

/**
 * sharp converts 16 bits with a profile wrongly (to Display P3 and no further), ignores colours
 * that are given by numbers (nclx, cICP, gAMA), and reads EXIF only where libvips looks for it.
 * Such pictures are read in two steps; all others, which are nearly all, in one.
 */
export const planReading = async (
  bytes: Uint8Array,
  format: Format,
  header: Header,
): Promise<ReadingPlan> => {
  if (format === 'heic') return { way: 'heic' };
  const colours = readColours(bytes, format);
  if (typeof colours === 'object' && 'unsupported' in colours)
    return { way: 'refused', ...colours };
  const coded = typeof colours === 'object' ? colours.profile : undefined;
  const channels = format === 'tiff' ? findMisreadChannels(bytes) : undefined;
  const isDeep = header.depth !== 'uchar' && header.space !== 'cmyk';
  const profile = coded ?? (colours === 'icc' && isDeep ? header.icc : undefined);
  const orientation = await findOrientation(bytes, format, header);
  if (!profile && !channels && !isTurnedLate(format, header, orientation)) return { way: 'direct' };
  return {
    way: 'two-steps',
    profile,
    orientation,
    ...(channels && { channels }),
    ignoreProfile: profile !== undefined || colours === 'srgb',
    isGrey: header.space === 'b-w' || header.space === 'grey16',
  };
};

/**
 * libvips turns before it shrinks, and must then hold all pixels; a JPEG is shrunk by its decoder.
 * And it does not know every place where EXIF may be.
 */
const isTurnedLate = (format: Format, header: Header, orientation: number): boolean =>
  orientation !== (header.orientation ?? 1) ||
  (orientation > 1 && format !== 'jpeg' && format !== 'avif');

/** `icc`: by a profile, if there is one. */
const readColours = (bytes: Uint8Array, format: Format): CodedColours | 'icc' => {
  if (format === 'png') return readPngColours(bytes);
  if (format !== 'avif') return 'icc';
  const heif = readHeif(bytes);
  return heif?.nclx && !heif.icc ? readCodePoints(heif.nclx) : 'icc';
};
