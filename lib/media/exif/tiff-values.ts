/** Bytes per value of each TIFF type; 129 is EXIF 3.0's UTF-8. */
const widths: Record<number, number> = {
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
  129: 1, // UTF-8
};

export const widthOf = (type: number): number | undefined => widths[type];

const mostNumbers = 64; // longer rows are tables for decoders, not facts for people
const mostCharacters = 1_000;

type About = { directory: string; tag: number; type: number; little: boolean };

/** One value as JSON would write it: text, a number, or a row of them. Undefined for binary ones. */
export const tagValue = (bytes: Buffer, about: About): unknown => {
  const { type, tag, directory } = about;
  if (type === 2 || type === 129) return textOf(bytes);
  if (directory === 'ifd0' && tag >= 0x9c9b && tag <= 0x9c9f) return utf16Of(bytes, true); // XP…
  if (type === 7) return undefinedOf(bytes, about);
  const width = widthOf(type) ?? 1;
  const length = bytes.length / width;
  if (length > mostNumbers) return undefined;
  const numbers = Array.from({ length }, (_, index) => numberAt(bytes, index * width, about));
  return length === 1 ? (numbers[0] ?? undefined) : numbers;
};

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
  };
  const number = readers[type]?.() ?? Number.NaN;
  return Number.isFinite(number) ? number : null;
};

/** EXIF 3.0 §4.6.6: these begin with eight bytes that name their characters. */
const inNamedCharacters = new Set(['exif:37510', 'gps:27', 'gps:28']); // UserComment, GPS method, area

const undefinedOf = (bytes: Buffer, { directory, tag, little }: About): unknown => {
  if (inNamedCharacters.has(`${directory}:${tag}`)) {
    const characters = bytes.toString('latin1', 0, 8);
    if (characters === 'UNICODE\0') return utf16Of(bytes.subarray(8), little);
    return characters.startsWith('JIS') ? undefined : textOf(bytes.subarray(8));
  }
  if (bytes.length === 1) return bytes[0]; // FileSource, SceneType
  const isVersion = bytes.length === 4 && /^\d{4}$/.test(bytes.toString('latin1'));
  return isVersion ? bytes.toString('latin1') : undefined;
};

const textOf = (bytes: Buffer): string | undefined => tidy(decoded(bytes));

/** The standard says ASCII, phones write UTF-8, old cameras Latin-1. */
const decoded = (bytes: Buffer): string => {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
};

const utf16Of = (bytes: Buffer, little: boolean): string | undefined => {
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return tidy((little ? even : even.swap16()).toString('utf16le'));
};

/** Without NULs and other control characters, in bounds, whole characters only; nothing is undefined. */
const tidy = (text: string): string | undefined =>
  [
    ...text
      .replace(/\p{Cc}+/gu, ' ')
      .replace(/\p{Cs}/gu, '\ufffd')
      .trim(),
  ]
    .slice(0, mostCharacters)
    .join('') || undefined;
