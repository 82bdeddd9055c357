import { textIn, textInNamedCharacters, utf16Text } from './text.ts';

export type Directory = 'ifd0' | 'exif' | 'gps' | 'interop';

/** Bytes per value of each TIFF type; 129 is EXIF 3.0's UTF-8. */
const widths: Readonly<Record<number, number>> = {
  1: 1, // byte
  2: 1, // ASCII
  3: 2, // short
  4: 4, // long
  5: 8, // rational
  6: 1, // signed byte
  7: 1, // undefined: the tag decides
  8: 2, // signed short
  9: 4, // signed long
  10: 8, // signed rational
  11: 4, // float
  12: 8, // double
  13: 4, // offset of a directory
  16: 8, // long of 64 bits, in BigTIFF
  17: 8, // the same, signed
  18: 8, // offset of a directory in BigTIFF
  129: 1, // UTF-8
};

export const getTypeWidth = (type: number): number | undefined => widths[type];

const maxNumbers = 64; // longer rows are tables for decoders, not facts for people

type About = { directory: Directory; tag: number; type: number; little: boolean };

/** Tags of text that some writers store as bytes or as undefined: names, times, letters. */
const textTags: Readonly<Record<Directory, ReadonlySet<number>>> = {
  ifd0: new Set([0x010e, 0x010f, 0x0110, 0x0131, 0x0132, 0x013b, 0x8298]),
  exif: new Set([0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0xa430, 0xa431, 0xa433, 0xa434, 0xa435]),
  gps: new Set([1, 3]),
  interop: new Set(),
};
const altitudeRef = 5;

const isText = ({ directory, tag, type }: About): boolean =>
  type === 2 || type === 129 || ((type === 1 || type === 7) && textTags[directory].has(tag));

/** One value as JSON would write it: text, a number, or a row of them. Undefined for binary ones. */
export const tagValue = (bytes: Buffer, about: About): unknown => {
  const { type, tag, directory, little } = about;
  if (inNamedCharacters.has(`${directory}:${tag}`)) return textInNamedCharacters(bytes, little);
  if (directory === 'gps' && tag === altitudeRef && getTypeWidth(type) === 1) return digitIn(bytes);
  if (isText(about)) return textIn(bytes);
  if (directory === 'ifd0' && tag >= 0x9c9b && tag <= 0x9c9f) return utf16Text(bytes, true); // XP…
  if (type === 7) return undefinedValue(bytes);
  const width = getTypeWidth(type) ?? 1;
  const length = Math.floor(bytes.length / width);
  if (length > maxNumbers) return undefined;
  const read = { ...about, type: signedType(about) };
  const numbers = Array.from({ length }, (_, index) => numberAt(bytes, index * width, read));
  return length === 1 ? (numbers[0] ?? undefined) : numbers;
};

/** Shutter speed, brightness and exposure bias are signed (EXIF 3.0 §4.6.6), whatever type the entry has. */
const signedTags = new Set([0x9201, 0x9203, 0x9204]);

const signedType = ({ directory, tag, type }: About): number =>
  type === 5 && directory !== 'gps' && signedTags.has(tag) ? 10 : type;

/** Null for 0/0 and its like: a camera's way to say that it does not know. */
const numberAt = (bytes: Buffer, at: number, { type, little }: About): number | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readers: Record<number, () => number> = {
    1: () => view.getUint8(at),
    3: () => view.getUint16(at, little),
    4: () => view.getUint32(at, little),
    5: () => view.getUint32(at, little) / view.getUint32(at + 4, little),
    6: () => view.getInt8(at),
    8: () => view.getInt16(at, little),
    9: () => view.getInt32(at, little),
    10: () => view.getInt32(at, little) / view.getInt32(at + 4, little),
    11: () => view.getFloat32(at, little),
    12: () => view.getFloat64(at, little),
    13: () => view.getUint32(at, little),
    16: () => Number(view.getBigUint64(at, little)),
    17: () => Number(view.getBigInt64(at, little)),
    18: () => Number(view.getBigUint64(at, little)),
  };
  const number = readers[type]?.() ?? Number.NaN;
  return Number.isFinite(number) ? number : null;
};

/** EXIF 3.0 §4.6.6: these begin with eight bytes that name their characters. */
const inNamedCharacters = new Set(['exif:37510', 'gps:27', 'gps:28']); // UserComment, GPS method, area

/** A byte by the standard, 0 to 3; some write the digit as text. */
const digitIn = ([byte = 0]: Buffer): number => (byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte);

const undefinedValue = (bytes: Buffer): unknown => {
  if (bytes.length === 1) return bytes[0]; // FileSource, SceneType
  const isVersion = bytes.length === 4 && /^\d{4}$/.test(bytes.toString('latin1'));
  return isVersion ? bytes.toString('latin1') : undefined;
};
