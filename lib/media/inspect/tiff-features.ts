import { countTiffEntries, readTiffPage, type TiffPage } from './tiff-page.ts';

/** TIFF 6.0, sections 8, 15 and 18. */
const tags = {
  compression: 259,
  photometric: 262,
  samples: 277,
  planar: 284,
  tileWidth: 322,
  extraSamples: 338,
};

/** What libtiff as sharp ships it was built without, by the numbers of TIFF's registry. */
const unsupportedCompressions: Record<number, string> = {
  6: 'old-style JPEG compression',
  32766: 'NeXT compression',
  32809: 'ThunderScan compression',
  34661: 'JBIG compression',
  34676: 'SGI Log compression',
  34677: 'SGI Log compression',
  34712: 'JPEG 2000 compression',
  34887: 'LERC compression',
  34925: 'LZMA compression',
  50000: 'Zstandard (zstd) compression',
  50001: 'WebP compression',
  50002: 'JPEG XL compression',
};

const unsupportedColours: Record<number, string> = {
  8: 'CIELAB colours',
  9: 'ICC Lab colours',
  10: 'ITU Lab colours',
  32844: 'LogL pixels',
  32845: 'LogLuv pixels',
};

/** The feature for which a whole and sound TIFF is not read here; undefined where there is none. */
export const findUnsupportedTiffFeature = (bytes: Uint8Array): string | undefined => {
  const page = readTiffPage(bytes);
  if (!page) return undefined;
  const compression = unsupportedCompressions[page.first(tags.compression) ?? 1];
  const colours = unsupportedColours[page.first(tags.photometric) ?? 1];
  const isTiled = page.first(tags.tileWidth) !== undefined;
  const isPlanar = page.first(tags.planar) === 2 && (page.first(tags.samples) ?? 1) > 1;
  return compression ?? colours ?? (isTiled && isPlanar ? 'tiles with separate planes' : undefined);
};

/** Which of a TIFF's channels are to be seen: section 18. */
export type TiffChannels = {
  /** Channels of the colour: 1 for grey, 3 or 4. They come first. */
  colours: number;
  /** The channel of transparency, counted from 0. */
  alpha?: number;
};

const coloursByPhotometric: Record<number, number> = { 0: 1, 1: 1, 2: 3, 5: 4, 6: 3 };
const alphaKinds = [1, 2]; // associated and unassociated

/**
 * What libvips gets wrong: it takes the last of any further channels for transparency, although
 * ExtraSamples says that it is a spot colour, a saved selection, or nothing known. Undefined where
 * libvips is right.
 */
export const findMisreadChannels = (bytes: Uint8Array): TiffChannels | undefined => {
  const page = readTiffPage(bytes);
  const colours = page && coloursByPhotometric[page.first(tags.photometric) ?? -1];
  const samples = page?.first(tags.samples) ?? 1;
  if (!page || !colours || samples <= colours) return undefined;
  const kinds = page.all(tags.extraSamples).slice(0, samples - colours);
  const index = kinds.findIndex((kind) => alphaKinds.includes(kind));
  if (samples === colours + 1 && index === 0) return undefined;
  return { colours, ...(index >= 0 && { alpha: colours + index }) };
};

/**
 * The file without its further pages where the pointer to them leads nowhere: the first page is
 * whole, and only the first is shown. A copy; the file itself where nothing is wrong.
 */
export const withoutBrokenPages = (bytes: Uint8Array): Uint8Array => {
  const page = readTiffPage(bytes);
  if (!page || page.next === 0 || leadsToPage(bytes, page)) return bytes;
  const copy = Buffer.from(bytes);
  copy.fill(0, page.nextAt, page.nextAt + (bytes[2] === 43 || bytes[3] === 43 ? 8 : 4));
  return copy;
};

const leadsToPage = (bytes: Uint8Array, { next }: TiffPage): boolean => {
  const entries = countTiffEntries(bytes, next);
  return entries > 0 && next + 2 + 12 * entries <= bytes.length;
};
