import type { Metadata as Header } from 'sharp';
import type { Format } from '#lib/images/picture.ts';
import { isMachineFault } from '#lib/media/inspect/decode-errors.ts';
import { findOrientation } from '#lib/media/inspect/orientation.ts';
import { sharp } from '#lib/media/sharp.ts';
import { stripAvif } from './avif.ts';
import { stripGif } from './gif.ts';
import { isSrgb } from './icc-profile.ts';
import { stripJpeg } from './jpeg.ts';
import { stripPng } from './png.ts';
import { stripWebp } from './webp.ts';

type Strip = (file: Buffer) => Buffer | undefined;

/** Those that browsers show. */
const strips: Partial<Record<Format, Strip>> = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
  avif: stripAvif,
};

/**
 * A picture's file with its encoded pixels untouched and nothing else that is not needed to show
 * them; never more bytes than before. Undefined where it would then look different (turned by a
 * tag, coloured by a profile other than sRGB), moves, or cannot be taken apart. Profiles do not
 * stay: a screen's names its serial number.
 */
export const stripMetadata = async (
  bytes: Uint8Array,
  format: Format,
): Promise<Uint8Array | undefined> => {
  const strip = strips[format];
  const before = await readHeader(bytes);
  if (!strip || !before || !looksTheSameWithout(before)) return undefined;
  if ((await findOrientation(bytes, format, before)) !== 1) return undefined;
  const bare = strip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const after = bare && (await readHeader(bare));
  if (!after || hasMetadata(after) || bare.length > bytes.length) return undefined;
  return after.width === before.width && after.height === before.height ? bare : undefined;
};

const readHeader = async (bytes: Uint8Array): Promise<Header | undefined> => {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return undefined;
  }
};

const shownAsStored = ['srgb', 'b-w', 'rgb16', 'grey16'];

const looksTheSameWithout = ({ icc, space }: Header): boolean =>
  shownAsStored.includes(space) && (!icc || isSrgb(icc));

const hasMetadata = ({ exif, icc, xmp, iptc, tifftagPhotoshop, comments }: Header): boolean =>
  [exif, icc, xmp, iptc, tifftagPhotoshop, comments].some((found) => found !== undefined);
