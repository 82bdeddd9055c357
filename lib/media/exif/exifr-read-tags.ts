import type { RawExif, ReadTags } from '#lib/images/exif.ts';
import { exifFieldsOf } from './exif-fields.ts';
import { findExif } from './find-exif.ts';
import { rangeReader } from './range-reader.ts';
import { type Tags, tiffTags } from './tiff-tags.ts';

/** Finds the EXIF block by ranged reads and reads its tags; exifr's dictionary gives their names. */
export const exifrReadTags: ReadTags = async (readRange, sizeBytes) => {
  const reader = rangeReader(readRange, sizeBytes);
  const block = await findExif(reader);
  if (!block) return null;
  const tags = await tiffTags(reader, block);
  const isTiffFile = block.offset === 0;
  const saysSomething = [...tags.keys()].some((name) => !isTiffFile || !layout.has(name));
  return saysSomething ? { exif: exifFieldsOf(tags), raw: rawOf(tags) } : null;
};

/** What every TIFF file says of its own pixels; a file with no more than this has no EXIF. */
const layout = new Set(
  `SubfileType OldSubfileType ImageWidth ImageHeight ImageLength BitsPerSample Compression
  PhotometricInterpretation FillOrder StripOffsets Orientation SamplesPerPixel RowsPerStrip
  StripByteCounts MinSampleValue MaxSampleValue XResolution YResolution PlanarConfiguration
  ResolutionUnit PageNumber Predictor ColorMap TileWidth TileHeight TileLength TileOffsets
  TileByteCounts SubIFD ExtraSamples SampleFormat JPEGTables YCbCrSubSampling YCbCrPositioning
  ReferenceBlackWhite`.split(/\s+/),
);

const mostJsonBytes = 32_000;

/** All tags, but for the longest where all together would be too long to keep. */
const rawOf = (tags: Tags): RawExif => {
  const sized = [...tags].map(([name, value]) => ({
    name,
    jsonBytes: Buffer.byteLength(JSON.stringify({ [name]: value })) - 1, // a comma for two braces
  }));
  let total = 2 + sized.reduce((sum, { jsonBytes }) => sum + jsonBytes, 0);
  const kept = new Map(tags);
  for (const { name, jsonBytes } of sized.sort((one, other) => other.jsonBytes - one.jsonBytes)) {
    if (total <= mostJsonBytes) break;
    kept.delete(name);
    total -= jsonBytes;
  }
  return Object.fromEntries(kept);
};
