import { partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';
import { textIn } from './text.ts';
import { pointerIn, tiffEntries } from './tiff-entry.ts';
import { openTiff } from './tiff-header.ts';
import type { TiffTags } from './tiff-tags.ts';
import { getTypeWidth } from './tiff-value.ts';

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
  if (text.startsWith('Nikon\0')) return nikonLens(partReader(note, 10, note.sizeBytes));
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
  const equipment = await pointerTo(main, olympusEquipment);
  return equipment === undefined
    ? undefined
    : words({ ...main, offset: equipment }, olympusLensModel);
};

const pointerTo = async (directory: Directory, tag: number): Promise<number | undefined> => {
  const entry = await findEntry(directory, tag);
  return entry && pointerIn(entry, { ...directory, isBig: false });
};

const readValue = async (directory: Directory, tag: number) => {
  const entry = await findEntry(directory, tag);
  const length = entry ? (getTypeWidth(entry.type) ?? 0) * entry.count : 0;
  if (!entry || length <= 4 || length > maxValueBytes) return undefined;
  const bytes = await directory.reader.at(entry.place, length);
  return bytes && { type: entry.type, bytes };
};

const findEntry = async ({ reader, offset, little }: Directory, tag: number) => {
  for await (const entry of tiffEntries(reader, offset, { little, isBig: false }))
    if (entry.tag === tag) return entry;
  return undefined;
};
