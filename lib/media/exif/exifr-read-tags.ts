import type { ReadTags } from '#lib/images/exif.ts';
import { lensFact } from './fact-values.ts';
import { type Facts, isSilent, mergeFacts, noFacts } from './facts.ts';
import { factsInIptc } from './facts-in-iptc.ts';
import { factsInTags } from './facts-in-tags.ts';
import { factsInXmp } from './facts-in-xmp.ts';
import { iptcRecords } from './iptc-records.ts';
import { lensInMakerNote } from './lens-in-maker-note.ts';
import { readUpTo } from './part-reader.ts';
import { type Reader, rangeReader } from './range-reader.ts';
import { rawExif, saysMoreThanLayout } from './raw-exif.ts';
import { readParts } from './read-parts.ts';
import type { TiffTags } from './tiff-tags.ts';
import { xmpProperties } from './xmp-properties.ts';
import { xmpText } from './xmp-text.ts';

/**
 * Finds EXIF, XMP and IPTC by ranged reads and reads what they say; exifr's dictionary names the
 * tags. EXIF speaks first, then XMP, then IPTC, then the maker note.
 */
export const exifrReadTags: ReadTags = async (readRange, sizeBytes) => {
  const reader = rangeReader(readRange, sizeBytes);
  const { tags, structures, parts } = await readParts(reader);
  const isTiffFile = parts.exif.includes(reader);
  const hasExif = tags.size > 0 && (!isTiffFile || saysMoreThanLayout(tags));
  const xmp = await xmpFacts(parts.xmp);
  const iptc = await iptcFacts(parts.iptc);
  if (!hasExif && isSilent(xmp) && isSilent(iptc)) return null;
  const exif = mergeFacts([
    ['exif', factsInTags(tags)],
    ['xmp', xmp],
    ['iptc', iptc],
    ['maker_note', await makerNoteFacts(structures)],
  ]);
  return { exif, raw: rawExif(tags) };
};

const maxPackets = 4;
const maxXmpBytes = 262_144;
const maxIptcBlocks = 4;

/** The last packet that has a property gives its value, as with ExifTool. */
const xmpFacts = async (packets: readonly Reader[]): Promise<Facts> => {
  const merged = new Map<string, string[]>();
  for (const packet of packets.slice(0, maxPackets)) {
    const bytes = await readUpTo(packet, maxXmpBytes);
    for (const [name, values] of bytes ? xmpProperties(xmpText(bytes)) : [])
      merged.set(name, values);
  }
  return factsInXmp(merged);
};

const iptcFacts = async (blocks: readonly Reader[]): Promise<Facts> => {
  for (const block of blocks.slice(0, maxIptcBlocks)) {
    const records = await iptcRecords(block);
    if (records) return factsInIptc(records);
  }
  return noFacts();
};

const makerNoteFacts = async (structures: readonly TiffTags[]): Promise<Facts> => {
  for (const structure of structures) {
    const lensModel = lensFact(await lensInMakerNote(structure));
    if (lensModel) return { ...noFacts(), lensModel };
  }
  return noFacts();
};
