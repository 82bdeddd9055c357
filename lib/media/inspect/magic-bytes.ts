import type { Format } from '#lib/images/picture.ts';

/** What a file's first bytes are: a format we read, or something else that we can name, or neither. */
export type Kind = { format: Format } | { other: string };

const latin = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);

/** First bytes as Latin-1, most telling first. Sources: the formats' specifications, file(1). */
const signatures: readonly (readonly [string, Kind])[] = [
  ['\xff\xd8\xff', { format: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { format: 'png' }],
  ['GIF87a', { format: 'gif' }],
  ['GIF89a', { format: 'gif' }],
  ['II*\0', { format: 'tiff' }],
  ['MM\0*', { format: 'tiff' }],
  ['II+\0', { format: 'tiff' }],
  ['MM\0+', { format: 'tiff' }],
  ['IIRO', { other: 'camera raw' }],
  ['IIRS', { other: 'camera raw' }],
  ['MMOR', { other: 'camera raw' }],
  ['IIU\0', { other: 'camera raw' }],
  ['FUJIFILMCCD-RAW', { other: 'camera raw' }],
  ['\0\0\0\x0cJXL ', { other: 'JPEG XL' }],
  ['\xff\x0a', { other: 'JPEG XL' }],
  ['\0\0\0\x0cjP  ', { other: 'JPEG 2000' }],
  ['\xff\x4f\xff\x51', { other: 'JPEG 2000' }],
  ['8BPS', { other: 'Photoshop' }],
  ['\0\0\x01\0', { other: 'ICO' }],
  ['\0\0\x02\0', { other: 'CUR' }],
  ['%PDF-', { other: 'PDF' }],
  ['PK\x03\x04', { other: 'ZIP' }],
  ['\x1f\x8b', { other: 'gzip' }],
  ['\x1a\x45\xdf\xa3', { other: 'video' }],
];

/** Reads a few bytes, whatever the name or the sender says. Undefined where nothing is recognised. */
export const detectKind = (bytes: Uint8Array): Kind | undefined => {
  const start = latin(bytes, 0, 64);
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return { format: 'webp' };
  if (start.slice(4, 8) === 'ftyp') return detectByBrands(bytes);
  const [, kind] = signatures.find(([signature]) => start.startsWith(signature)) ?? [];
  if (kind && 'format' in kind && kind.format === 'tiff' && isCameraRaw(bytes))
    return { other: 'camera raw' };
  if (kind) return kind;
  return detectText(bytes) ?? (start.startsWith('BM') ? { other: 'BMP' } : undefined);
};

/** ISO 14496-12 §4.3: the brands that the file says it follows, the major one first. */
const detectByBrands = (bytes: Uint8Array): Kind => {
  const end = Math.min(viewOf(bytes).getUint32(0), bytes.length, 256);
  const brands = new Set<string>();
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) brands.add(latin(bytes, at, at + 4));
  if (brands.has('avif') || brands.has('avis')) return { format: 'avif' };
  if ([...brands].some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand)))
    return { other: 'HEIC' };
  return { other: brands.has('crx ') ? 'camera raw' : 'video' };
};

const detectText = (bytes: Uint8Array): Kind | undefined => {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('utf8').replace(/�+$/, '');
  if (/<svg[\s>]/i.test(start)) return { other: 'SVG' };
  if (/^\s*<(!doctype html|html)/i.test(start)) return { other: 'HTML' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what text does not hold
  return start && !/[\0-\x08\x0e-\x1a\x1c-\x1f�]/.test(start) ? { other: 'text' } : undefined;
};

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const tags = { newSubfileType: 0x00fe, subIfds: 0x014a, dngVersion: 0xc612 };

/**
 * DNG, NEF, ARW, PEF, CR2: TIFF by their first bytes, and libvips would show the small preview in
 * them as if it were the picture. They say so: `CR` beside the header, a DNG version, or a first
 * directory that calls itself a reduced picture (TIFF 6.0 §8) and points to the real one.
 */
const isCameraRaw = (bytes: Uint8Array): boolean => {
  if (latin(bytes, 8, 10) === 'CR') return true;
  if (bytes.length < 10) return false;
  const view = viewOf(bytes);
  const little = bytes[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return false;
  const count = view.getUint16(directory, little);
  const found = new Map<number, number>();
  const end = Math.min(bytes.length, directory + 2 + count * 12);
  for (let at = directory + 2; at + 12 <= end; at += 12)
    found.set(view.getUint16(at, little), view.getUint32(at + 8, little));
  const isPreview = ((found.get(tags.newSubfileType) ?? 0) & 1) === 1;
  return found.has(tags.dngVersion) || (isPreview && found.has(tags.subIfds));
};
