import { constants, inflateSync } from 'node:zlib';
import { type MetadataParts, xmpSignature } from './metadata-parts.ts';
import { bytesReader } from './part-reader.ts';

const xmpKeyword = 'XML:com.adobe.xmp';
const rawProfile = /^Raw profile type (exif|app1|xmp|iptc|8bim)$/i;
const maxInflatedBytes = 1_048_576;

/** Whether a text chunk's first 80 bytes hold a keyword of ours: at most 79 characters and a zero. */
export const mayHoldMetadata = (start: Buffer): boolean => {
  const keyword = keywordIn(start);
  return keyword === xmpKeyword || rawProfile.test(keyword);
};

const keywordIn = (bytes: Buffer): string =>
  bytes.toString('latin1', 0, Math.max(0, bytes.subarray(0, 80).indexOf(0)));

/** Metadata in a tEXt, zTXt or iTXt chunk (PNG §11.3.3), as ImageMagick and ExifTool write it. */
export const addTextChunk = (found: MetadataParts, type: string, bytes: Buffer): void => {
  const keyword = keywordIn(bytes);
  const isXmp = keyword === xmpKeyword;
  const [, profile] = rawProfile.exec(keyword) ?? [];
  if (!isXmp && !profile) return;
  const text = textIn(type, bytes.subarray(keyword.length + 1));
  const contents = isXmp ? text : text && fromHexadecimal(text);
  if (contents) addProfile(found, isXmp ? 'xmp' : (profile ?? '').toLowerCase(), contents);
};

const addProfile = (found: MetadataParts, profile: string, contents: Buffer): void => {
  const isXmpSegment = contents.toString('latin1', 0, xmpSignature.length) === xmpSignature;
  if (isXmpSegment) found.xmp.push(bytesReader(contents.subarray(xmpSignature.length)));
  else if (profile === 'xmp') found.xmp.push(bytesReader(contents));
  else if (profile === 'iptc' || profile === '8bim') found.iptc.push(bytesReader(contents));
  else found.exif.push(bytesReader(contents));
};

/** What stands behind the keyword and its zero. */
const textIn = (type: string, bytes: Buffer): Buffer | undefined => {
  if (type === 'tEXt') return bytes;
  if (type === 'zTXt') return inflated(bytes.subarray(1));
  const language = bytes.indexOf(0, 2);
  const translated = language < 0 ? -1 : bytes.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const text = bytes.subarray(translated + 1);
  return bytes[0] === 1 ? inflated(text) : text;
};

/** As much as there is of data that is cut off; nothing of data that would fill the memory. */
const inflated = (bytes: Buffer): Buffer | undefined => {
  try {
    const finishFlush = constants.Z_SYNC_FLUSH;
    return inflateSync(bytes, { maxOutputLength: maxInflatedBytes, finishFlush });
  } catch {
    return undefined; // no deflated data, or more than the limit
  }
};

/** ImageMagick's way: a line with the name, one with the length, then hexadecimal digits in lines. */
const fromHexadecimal = (text: Buffer): Buffer | undefined => {
  const [, digits] =
    /^\s{0,9}[^\n]{1,80}\n\s{0,16}\d+\s([0-9a-fA-F\s]*)/.exec(text.toString('latin1')) ?? [];
  return digits ? Buffer.from(digits.replace(/\s+/g, ''), 'hex') : undefined;
};
