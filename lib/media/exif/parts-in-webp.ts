import { type MetadataParts, noParts } from './metadata-parts.ts';
import { partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

/** RIFF chunks; metadata comes after the pixels. Flags that deny it are not believed. */
export const partsInWebp = async (reader: Reader): Promise<MetadataParts> => {
  const found = noParts();
  for (let at = 12; ; ) {
    const head = await reader.at(at, 8);
    if (!head) return found;
    const length = head.readUInt32LE(4);
    const type = head.toString('latin1', 0, 4);
    if (type === 'EXIF') found.exif.push(partReader(reader, at + 8, length));
    if (type === 'XMP ') found.xmp.push(partReader(reader, at + 8, length));
    at += 8 + length + (length & 1);
  }
};
