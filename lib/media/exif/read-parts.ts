import { findParts } from './find-parts.ts';
import type { MetadataParts } from './metadata-parts.ts';
import type { Reader } from './range-reader.ts';
import { type Tags, type TiffTags, tiffTags } from './tiff-tags.ts';

const maxStructures = 4; // a picture has one; some editors leave the old one behind
const maxParts = 64;

/** The EXIF tags of a file, where XMP and IPTC lie, and the structures that may hold maker notes. */
export type ReadParts = { tags: Tags; structures: TiffTags[]; parts: MetadataParts };

/**
 * Finds and reads EXIF. Where there are several blocks, the last that has a tag gives its value, as
 * with ExifTool; but the first gives the orientation, since decoders turn pictures by that.
 */
export const readParts = async (reader: Reader): Promise<ReadParts> => {
  const parts = await findParts(reader);
  const structures: TiffTags[] = [];
  for (const part of parts.exif.slice(0, maxParts)) {
    const found = await tiffTags(part);
    if (found) structures.push(found);
    if (structures.length === maxStructures) break;
  }
  for (const { embedded } of structures) {
    if (embedded.xmp) parts.xmp.push(embedded.xmp);
    if (embedded.photoshop) parts.iptc.push(embedded.photoshop);
    if (embedded.iptc) parts.iptc.push(embedded.iptc);
  }
  const tags: Tags = new Map(structures.flatMap((found) => [...found.tags]));
  const turned = structures.find((found) => found.tags.has('Orientation'));
  if (turned) tags.set('Orientation', turned.tags.get('Orientation'));
  return { tags, structures, parts };
};
