const maxCharacters = 1_000;

/**
 * Text that the standard wants in ASCII: phones write UTF-8, Windows CP1252, and what stands behind
 * the first NUL is what was in the memory before. Undefined where nothing can be seen of it.
 */
export const textIn = (bytes: Buffer): string | undefined => {
  const end = bytes.indexOf(0);
  return tidyText(decodeText(end < 0 ? bytes : bytes.subarray(0, end)));
};

/**
 * 0x80 to 0x9f in CP1252 (encoding.spec.whatwg.org, windows-1252); the other bytes are Latin-1. Some
 * releases of Node 23 and 24 decode these as Latin-1, too, in their TextDecoder.
 */
const cp1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const decodeCp1252 = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte >= 0x80 && byte < 0xa0 ? cp1252.charAt(byte - 0x80) : String.fromCharCode(byte),
  ).join('');

/** UTF-8 where the bytes are that, even if the last character is cut off, else CP1252. */
export const decodeText = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return /\ufffd(?!$)/.test(text) || /^\ufffd$/.test(text)
    ? decodeCp1252(bytes)
    : endless(text, bytes);
};

/** A single odd byte at the end is a character of CP1252, unless it begins one of UTF-8. */
const endless = (text: string, bytes: Uint8Array): string => {
  if (!text.endsWith('\ufffd')) return text;
  const last = bytes.at(-1) ?? 0;
  const isCutOff = last >= 0xc2 || (last >= 0x80 && last < 0xc0 && (bytes.at(-2) ?? 0) >= 0xc2);
  return isCutOff && /[^\0-\x7f\ufffd]/.test(text) ? text.slice(0, -1) : decodeCp1252(bytes);
};

const bom = { little: 'ff fe', big: 'fe ff' };

/**
 * UTF-16 up to the first NUL. Some writers use another byte order than the file's: a mark decides,
 * else where most of the zeros stand, which is every other byte of what people in the West write.
 */
export const utf16Text = (bytes: Buffer, little: boolean): string | undefined => {
  const mark = bytes.toString('hex', 0, 2).replace(/^(..)(..)$/, '$1 $2');
  const hasMark = mark === bom.little || mark === bom.big;
  const isLittle = hasMark ? mark === bom.little : (orderByZeros(bytes) ?? little);
  const start = hasMark ? 2 : 0;
  const even = Buffer.from(bytes.subarray(start, start + ((bytes.length - start) & ~1)));
  const text = (isLittle ? even : even.swap16()).toString('utf16le');
  return tidyText(text.split('\0', 1)[0] ?? '');
};

/** True for little-endian; undefined where there are only zeros. */
const orderByZeros = (bytes: Buffer): boolean | undefined => {
  const zeros = [0, 0];
  for (let at = 0; at + 1 < Math.min(bytes.length, 512); at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] !== 0) zeros[0] = (zeros[0] ?? 0) + 1;
    if (bytes[at] !== 0 && bytes[at + 1] === 0) zeros[1] = (zeros[1] ?? 0) + 1;
  }
  const [first = 0, second = 0] = zeros;
  return first === second ? undefined : second > first;
};

/** EXIF 3.0 §4.6.6, table 8: eight bytes that name the characters; without them it is plain text. */
export const textInNamedCharacters = (bytes: Buffer, little: boolean): string | undefined => {
  const name = bytes.toString('latin1', 0, 8);
  const text = bytes.subarray(8);
  if (/^unicode/i.test(name)) return utf16Text(text, little);
  if (/^jis/i.test(name)) return tidyText(new TextDecoder('iso-2022-jp').decode(text));
  if (/^(ascii|\0{5})/i.test(name)) return textIn(text);
  return textIn(bytes);
};

/** Without control characters, whole characters only, bounded; nothing is undefined. */
export const tidyText = (text: string, maxLength: number = maxCharacters): string | undefined => {
  const clean = text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
  return [...clean.slice(0, maxLength * 2)].slice(0, maxLength).join('') || undefined;
};
