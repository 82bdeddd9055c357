import { decodeHeif } from '#lib/media/heif/decode-heif.ts';
import { HeifError, heifErrors } from '#lib/media/heif/heif-error.ts';
import { hasLibHeif } from '#lib/media/heif/libheif.ts';
import { type HeifPicture, readHeif } from '#lib/media/heif/read-heif.ts';
import { readCodePoints } from './code-points.ts';
import type { Picture, Pixels } from './decode-pixels.ts';
import { Refused } from './read-errors.ts';

type HeicPixels = { pixels: Pixels; profile: Buffer | undefined; orientation: number };

/** Decoded to twice the size that is wanted at least, so that libvips has something to choose from. */
const oversampling = 2;

/**
 * The stored pixels of a HEIC with the profile that they are in and how they are turned. Its boxes
 * turn it, once: EXIF's orientation is only a note there (MIAF, ISO 23000-22 §7.3.6.7). Throws
 * Refused where it cannot be decoded.
 */
export const decodeHeicPixels = async (
  { bytes, metadata }: Picture,
  side: number,
): Promise<HeicPixels> => {
  const heif = readHeif(bytes);
  if (!heif) throw new Refused('unsupported_feature', 'The HEIC file holds no still picture.');
  if (!hasLibHeif())
    throw new Error('HEIC cannot be decoded: the optional package libheif-js is not installed.');
  const profile = findProfile(heif);
  const transformed = heif.isCropped || !['hvc1', 'hev1', 'grid'].includes(heif.type);
  const maxPixels = 2 * Math.max(metadata.width * metadata.height, heif.totalPixels);
  try {
    const longest = Math.max(metadata.width, metadata.height);
    const pixels = await decodeHeif(bytes, {
      // Where the size is bounded by memory, nothing larger may be held on the way to it.
      minSide: side >= Math.floor(longest / 2) ? Math.min(side, longest) : oversampling * side,
      maxPixels,
      transformed,
    });
    return { pixels, profile, orientation: transformed ? 1 : heif.orientation };
  } catch (error) {
    throw toError(error);
  }
};

const findProfile = ({ icc, nclx }: HeifPicture): Buffer | undefined => {
  if (icc) return icc;
  const colours = nclx ? readCodePoints(nclx) : 'srgb';
  if (colours === 'srgb') return undefined;
  if ('profile' in colours) return colours.profile;
  throw new Refused(
    'unsupported_feature',
    `The picture's colours are encoded in a way that is not supported: ${colours.unsupported}. Convert it to sRGB and send that.`,
  );
};

/** Memory is limited, and so are the sizes that were read before: whatever fails here, the file made fail. */
const toError = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Refused('damaged_file', damaged);
  if (error instanceof HeifError) {
    const isUnsupported =
      error.code === heifErrors.unsupportedFeature || error.code === heifErrors.unsupportedFiletype;
    return isUnsupported
      ? new Refused('unsupported_feature', unsupported)
      : new Refused('damaged_file', damaged);
  }
  const isWasmFault = /^(RuntimeError|RangeError|CppException|Aborted)/.test(`${error.name}`);
  return isWasmFault || /abort|memory access|unreachable/i.test(error.message)
    ? new Refused('damaged_file', damaged)
    : error;
};

const damaged =
  'The HEIC picture is damaged or ends too soon, and cannot be decoded. Send the whole file again, or export it as JPEG.';
const unsupported =
  'The HEIC picture uses a feature of the format that is not read here. Export it as JPEG and send that.';
