import type { RawExif } from '#lib/images/exif.ts';
import type { Tags } from './tiff-tags.ts';

/** What every TIFF file says of its own pixels; a file with no more than this has no EXIF. */
const layout = new Set(
  `SubfileType OldSubfileType ImageWidth ImageHeight ImageLength BitsPerSample Compression
  PhotometricInterpretation FillOrder StripOffsets Orientation SamplesPerPixel RowsPerStrip
  StripByteCounts MinSampleValue MaxSampleValue XResolution YResolution PlanarConfiguration
  ResolutionUnit PageNumber Predictor ColorMap TileWidth TileHeight TileLength TileOffsets
  TileByteCounts SubIFD ExtraSamples SampleFormat JPEGTables YCbCrSubSampling YCbCrPositioning
  ReferenceBlackWhite`.split(/\s+/),
);

export const saysMoreThanLayout = (tags: Tags): boolean =>
  [...tags.keys()].some((name) => !layout.has(name));

const maxJsonBytes = 32_000;

/** All tags, but for the longest where all together would be too long to store. */
export const rawExif = (tags: Tags): RawExif => {
  const sized = [...tags].map(([name, value]) => ({
    name,
    jsonBytes: Buffer.byteLength(JSON.stringify({ [name]: value })) - 1, // a comma for two braces
  }));
  let total = 2 + sized.reduce((sum, { jsonBytes }) => sum + jsonBytes, 0);
  const stored = new Map(tags);
  for (const { name, jsonBytes } of sized.sort((one, other) => other.jsonBytes - one.jsonBytes)) {
    if (total <= maxJsonBytes) break;
    stored.delete(name);
    total -= jsonBytes;
  }
  return Object.fromEntries(stored);
};
