import exifr from 'exifr';
import { partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';
import { pointerIn, type TiffEntry, type TiffLayout, tiffEntries } from './tiff-entry.ts';
import { openTiff } from './tiff-header.ts';
import { type Directory, getTypeWidth, tagValue } from './tiff-value.ts';

/** Tags by name; a tag without one in exifr's dictionary goes by its number, `0xea1d`. */
export type Tags = Map<string, unknown>;

/** Metadata of other kinds inside a TIFF structure: each where its value lies. */
type Embedded = { xmp?: Reader; iptc?: Reader; photoshop?: Reader; makerNote?: Reader };

/** What a TIFF structure says. `tiff` is the structure, from which some maker notes count offsets. */
export type TiffTags = {
  tags: Tags;
  embedded: Embedded;
  makerNoteOffset: number | undefined;
  tiff: Reader;
  little: boolean;
};

const pointers = { exif: 0x8769, gps: 0x8825, interop: 0xa005 } as const;
const pointerTags: ReadonlySet<number> = new Set(Object.values(pointers));

const embeddedTags: Readonly<Record<number, keyof Embedded>> = {
  700: 'xmp',
  33723: 'iptc',
  34377: 'photoshop',
  37500: 'makerNote',
};
const makerNoteTag = 37500;

/** ICC profile and print hints: other languages inside a value. */
const ignoredTags = new Set([0x8773, 0xc4a5]);

const maxValueBytes = 8_192;
/** A comment may be as long as the whole segment; its beginning is enough. */
const maxTextBytes = 4_096;

type Scope = TiffLayout & { reader: Reader };

/** `borrowed`: tags that belong to another directory by the dictionary. */
type Found = { tags: Tags; borrowed: Tags; offsets: Map<number, number>; embedded: Embedded };

/**
 * Reads the tags of a TIFF structure (TIFF 6.0 §2, EXIF 3.0 §4.6) entry by entry through ranged
 * reads, and names them by exifr's dictionary. exifr's own parser is not used: it wants the whole
 * file, gives up a directory at its first odd entry (EXIF 3.0's UTF-8 strings are one), and
 * allocates as many numbers as an entry claims to hold. Undefined where there is no TIFF header.
 */
export const tiffTags = async (part: Reader): Promise<TiffTags | undefined> => {
  const tiff = await openTiff(part);
  if (!tiff) return undefined;
  const main = await readDirectory('ifd0', tiff.firstDirectory, tiff);
  const exif = await readDirectory('exif', main.offsets.get(pointers.exif), tiff);
  const from = (tag: number) => [main, exif].map(({ offsets }) => offsets.get(tag));
  const gps = await readFirst('gps', from(pointers.gps), tiff);
  const interop = await readFirst('interop', from(pointers.interop).reverse(), tiff);
  const all = [interop, main, exif, gps];
  return {
    // A tag in a directory that is not its own counts only where its own has none.
    tags: new Map([
      ...all.flatMap(({ borrowed }) => [...borrowed]),
      ...all.flatMap(({ tags }) => [...tags]),
    ]),
    embedded: { ...exif.embedded, ...main.embedded },
    makerNoteOffset: exif.offsets.get(makerNoteTag) ?? main.offsets.get(makerNoteTag),
    tiff: tiff.reader,
    little: tiff.little,
  };
};

/** The pointer to GPS tags stands in the first directory, with some writers in that of EXIF. */
const readFirst = async (
  directory: Directory,
  offsets: readonly (number | undefined)[],
  scope: Scope,
): Promise<Found> => {
  for (const offset of offsets) {
    const found = await readDirectory(directory, offset, scope);
    if (found.tags.size > 0) return found;
  }
  return nothing();
};

const nothing = (): Found => ({
  tags: new Map(),
  borrowed: new Map(),
  offsets: new Map(),
  embedded: {},
});

const readDirectory = async (
  directory: Directory,
  offset: number | undefined,
  scope: Scope,
): Promise<Found> => {
  const found = nothing();
  if (!offset) return found;
  for await (const entry of tiffEntries(scope.reader, offset, scope))
    await readEntry(found, directory, entry, scope);
  return found;
};

const readEntry = async (found: Found, directory: Directory, entry: TiffEntry, scope: Scope) => {
  const { tag, type } = entry;
  const kind = directory === 'gps' ? undefined : embeddedTags[tag];
  if (pointerTags.has(tag)) found.offsets.set(tag, pointerIn(entry, scope));
  else if (kind) {
    const length = (getTypeWidth(type) ?? 1) * entry.count;
    if (length <= entry.inline.length) return;
    found.embedded[kind] = partReader(scope.reader, entry.place, length);
    found.offsets.set(tag, entry.place);
  } else if (!ignoredTags.has(tag)) {
    const bytes = await valueBytes(entry, scope);
    const value = bytes && tagValue(bytes, { directory, tag, type, little: scope.little });
    if (value === undefined) return;
    const name = exifr.tagKeys.get(directory)?.get(tag);
    if (name) found.tags.set(name, value);
    else found.borrowed.set(foreignName(directory, tag), value);
  }
};

const foreignName = (directory: Directory, tag: number): string =>
  exifr.tagKeys.get(directory === 'exif' ? 'ifd0' : 'exif')?.get(tag) ??
  `0x${tag.toString(16).padStart(4, '0')}`;

/** Four bytes or less, eight in BigTIFF, stand in the entry itself. Too long or of no known type: left out. */
const valueBytes = async (
  { tag, type, count, place, inline }: TiffEntry,
  { reader }: Scope,
): Promise<Buffer | undefined> => {
  const length = (getTypeWidth(type) ?? 0) * count;
  if (length === 0) return undefined;
  if (length <= inline.length) return inline.subarray(0, length);
  if (length <= maxValueBytes) return reader.at(place, length);
  const isText = type === 2 || type === 129 || tag === 0x9286;
  // A text that would end beyond the structure is no text: only its length is bounded here.
  return isText && place + length <= reader.sizeBytes ? reader.at(place, maxTextBytes) : undefined;
};
