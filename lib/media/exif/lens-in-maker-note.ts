import { partOf } from './part-reader.ts';
import type { Reader } from './range-reader.ts';
import { textIn } from './text.ts';
import { openTiff } from './tiff-header.ts';
import type { TiffTags } from './tiff-tags.ts';
import { widthOf } from './tiff-value.ts';

const maxEntries = 256;
const maxValueBytes = 256;

/** A directory of a maker note: where it begins, and from where it counts offsets. */
type Directory = { reader: Reader; offset: number; little: boolean };

/**
 * The lens by the words or numbers of the maker note, where its maker writes them: Canon,
 * Panasonic and Leica, Olympus and OM System, Nikon. Others write a number that only a catalogue
 * of lenses explains. Sources of the tags: exiftool.org/TagNames, exiv2.org/makernote.html.
 */
export const lensInMakerNote = async (structure: TiffTags): Promise<string | undefined> => {
  const note = structure.embedded.makerNote;
  const start = await note?.at(0, Math.min(18, note.sizeBytes));
  if (!note || !start) return undefined;
  const text = start.toString('latin1');
  const make = String(structure.tags.get('Make') ?? '');
  if (text.startsWith('Nikon\0')) return nikonLens(partOf(note, 10, note.sizeBytes));
  if (text.startsWith('OLYMPUS\0')) return olympusLens(note, 12, text.slice(8, 10));
  if (text.startsWith('OM SYSTEM\0')) return olympusLens(note, 16, text.slice(12, 14));
  const { tiff: reader, little, makerNoteOffset: offset } = structure;
  if (offset === undefined) return undefined;
  if (/^Panasonic\0/.test(text))
    return words({ reader, offset: offset + 12, little }, panasonicLensType);
  if (/^canon/i.test(make)) return words({ reader, offset, little }, canonLensModel);
  return undefined;
};

const canonLensModel = 0x0095;
const panasonicLensType = 0x0051;
const nikonLensTag = 0x0084;
const olympusEquipment = 0x2010;
const olympusLensModel = 0x0203;

const words = async (directory: Directory, tag: number): Promise<string | undefined> => {
  const value = await readValue(directory, tag);
  return value?.type === 2 ? textIn(value.bytes) : undefined;
};

/** A TIFF structure of its own; the lens is shortest and longest focal length, and an f-number for each. */
const nikonLens = async (note: Reader): Promise<string | undefined> => {
  const tiff = await openTiff(note);
  if (!tiff) return undefined;
  const { reader, little, firstDirectory: offset } = tiff;
  const value = await readValue({ reader, offset, little }, nikonLensTag);
  if (value?.type !== 5 || value.bytes.length !== 32) return undefined;
  const read = (at: number) =>
    little ? value.bytes.readUInt32LE(at) : value.bytes.readUInt32BE(at);
  const [shortest = 0, longest = 0, wide = 0, tele = 0] = [0, 8, 16, 24].map((at) =>
    Number((read(at) / read(at + 4)).toFixed(1)),
  );
  if (!(shortest > 0 && longest >= shortest && wide > 0 && tele > 0 && longest < 5_000))
    return undefined;
  const range = (from: number, to: number) => (from === to ? `${from}` : `${from}-${to}`);
  return `${range(shortest, longest)}mm f/${range(wide, tele)}`;
};

/** Offsets count from the note; the lens stands in a directory of its own, that of the equipment. */
const olympusLens = async (note: Reader, offset: number, order: string) => {
  const main: Directory = { reader: note, offset, little: order === 'II' };
  const equipment = await pointerIn(main, olympusEquipment);
  return equipment === undefined
    ? undefined
    : words({ ...main, offset: equipment }, olympusLensModel);
};

const pointerIn = async (directory: Directory, tag: number): Promise<number | undefined> => {
  const entry = await findEntry(directory, tag);
  return entry && (directory.little ? entry.readUInt32LE(8) : entry.readUInt32BE(8));
};

const readValue = async (directory: Directory, tag: number) => {
  const { reader, little } = directory;
  const entry = await findEntry(directory, tag);
  if (!entry) return undefined;
  const type = little ? entry.readUInt16LE(2) : entry.readUInt16BE(2);
  const count = little ? entry.readUInt32LE(4) : entry.readUInt32BE(4);
  const length = (widthOf(type) ?? 0) * count;
  if (length <= 4 || length > maxValueBytes) return undefined;
  const bytes = await reader.at(little ? entry.readUInt32LE(8) : entry.readUInt32BE(8), length);
  return bytes && { type, bytes };
};

const findEntry = async ({ reader, offset, little }: Directory, tag: number) => {
  const head = await reader.at(offset, 2);
  const count = head ? (little ? head.readUInt16LE(0) : head.readUInt16BE(0)) : 0;
  for (let index = 0; index < Math.min(count, maxEntries); index++) {
    const entry = await reader.at(offset + 2 + index * 12, 12);
    if (!entry) return undefined;
    if ((little ? entry.readUInt16LE(0) : entry.readUInt16BE(0)) === tag) return entry;
  }
  return undefined;
};
