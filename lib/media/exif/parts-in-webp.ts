import { type MetadataParts, noParts } from './metadata-parts.ts';
import { partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

const hasExifOrXmp = 0x08 | 0x04; // flags of the VP8X chunk, which is the first where there is one
const maxUnflaggedChunks = 16; // a still picture has five; every frame of an animation is one

/**
 * RIFF chunks; metadata comes after the pixels. Flags that deny it are not believed at once, since
 * some writers forget them, but an animation is not read through because of that.
 */
export const partsInWebp = async (reader: Reader): Promise<MetadataParts> => {
  const found = noParts();
  const first = await reader.at(12, 9);
  const isFlagged = first ? (first.readUInt8(8) & hasExifOrXmp) !== 0 : false;
  const maxChunks = isFlagged ? Number.POSITIVE_INFINITY : maxUnflaggedChunks;
  for (let at = 12, count = 0; count < maxChunks; count++) {
    const head = await reader.at(at, 8);
    if (!head) break;
    const length = head.readUInt32LE(4);
    const type = head.toString('latin1', 0, 4);
    if (type === 'EXIF') found.exif.push(partReader(reader, at + 8, length));
    if (type === 'XMP ') found.xmp.push(partReader(reader, at + 8, length));
    at += 8 + length + (length & 1);
  }
  return found;
};
