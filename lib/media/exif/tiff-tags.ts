import exifr from 'exifr';
import type { Block } from './block.ts';
import type { Reader } from './range-reader.ts';
import { tagValue, widthOf } from './tiff-values.ts';

/** Tags by name; a tag without one in exifr's dictionary goes by its number, `0xea1d`. */
export type Tags = Map<string, unknown>;

type Directory = 'ifd0' | 'exif' | 'gps' | 'interop';
type Scope = { reader: Reader; block: Block; little: boolean };

const pointers = { exif: 0x8769, gps: 0x8825, interop: 0xa005 };

/** XMP, IPTC, Photoshop, ICC, maker notes, print hints: other languages inside a value. */
const foreign = new Set([0x02bc, 0x83bb, 0x8649, 0x8773, 0x927c, 0xc4a5]);

const mostEntries = 512;
const mostValueBytes = 8_192;

/**
 * Reads the tags of a TIFF structure (TIFF 6.0 §2, EXIF 3.0 §4.6) entry by entry through ranged
 * reads, and names them by exifr's dictionary. exifr's own parser is not asked: it wants the whole
 * file, gives up a directory at its first odd entry (EXIF 3.0's UTF-8 strings are one), and
 * allocates as many numbers as an entry claims to hold.
 */
export const tiffTags = async (reader: Reader, block: Block): Promise<Tags> => {
  const header = await reader.at(block.offset, 8);
  const order = header?.toString('latin1', 0, 2);
  if (!header || (order !== 'II' && order !== 'MM')) return new Map();
  const scope = { reader, block, little: order === 'II' };
  const first = scope.little ? header.readUInt32LE(4) : header.readUInt32BE(4);
  const main = await readDirectory('ifd0', first, scope);
  const exif = await readDirectory('exif', main.offsets.get(pointers.exif), scope);
  const gps = await readDirectory('gps', main.offsets.get(pointers.gps), scope);
  const interop = await readDirectory('interop', exif.offsets.get(pointers.interop), scope);
  return new Map([...interop.tags, ...main.tags, ...exif.tags, ...gps.tags]);
};

const nothing = (): { tags: Tags; offsets: Map<number, number> } => ({
  tags: new Map(),
  offsets: new Map(),
});

const readDirectory = async (directory: Directory, offset: number | undefined, scope: Scope) => {
  const found = nothing();
  const head = offset ? await within(scope, offset, 2) : undefined;
  if (!head || !offset) return found;
  const claimed = scope.little ? head.readUInt16LE(0) : head.readUInt16BE(0);
  for (let index = 0; index < Math.min(claimed, mostEntries); index++) {
    const entry = await within(scope, offset + 2 + index * 12, 12);
    if (!entry) break; // the directory is cut off: what came before still counts
    const { tag, type, count, place } = fieldsOf(entry, scope.little);
    if (Object.values(pointers).includes(tag)) found.offsets.set(tag, place);
    else if (!foreign.has(tag)) {
      const bytes = await valueBytes(entry, type, count, place, scope);
      const value = bytes && tagValue(bytes, { directory, tag, type, little: scope.little });
      if (value !== undefined) found.tags.set(nameOf(directory, tag), value);
    }
  }
  return found;
};

const fieldsOf = (entry: Buffer, little: boolean) => ({
  tag: little ? entry.readUInt16LE(0) : entry.readUInt16BE(0),
  type: little ? entry.readUInt16LE(2) : entry.readUInt16BE(2),
  count: little ? entry.readUInt32LE(4) : entry.readUInt32BE(4),
  place: little ? entry.readUInt32LE(8) : entry.readUInt32BE(8),
});

/** Four bytes or less stand in the entry itself. Too long or of no known type: left out. */
const valueBytes = async (
  entry: Buffer,
  type: number,
  count: number,
  place: number,
  scope: Scope,
): Promise<Buffer | undefined> => {
  const length = (widthOf(type) ?? 0) * count;
  if (length === 0 || length > mostValueBytes) return undefined;
  return length <= 4 ? entry.subarray(8, 8 + length) : within(scope, place, length);
};

/** A cut-off block still ends where the file says: no tag may point out of it. */
const within = async ({ reader, block }: Scope, offset: number, length: number) =>
  offset + length <= block.length ? reader.at(block.offset + offset, length) : undefined;

const nameOf = (directory: Directory, tag: number): string =>
  exifr.tagKeys.get(directory)?.get(tag) ??
  exifr.tagKeys.get(directory === 'exif' ? 'ifd0' : 'exif')?.get(tag) ??
  `0x${tag.toString(16).padStart(4, '0')}`;
