import { readTiffPage } from './tiff-page.ts';

/** TIFF 6.0 §8, TIFF/EP, DNG 1.7, and what makers added. */
const tags = {
  subfileType: 254,
  compression: 259,
  photometric: 262,
  make: 271,
  subIfds: 330,
  dngVersion: 50_706,
  panasonicVersion: 1,
};
/** Sensor values: of a colour filter array, or linear (TIFF/EP §5.2, DNG 1.7 chapter 4). */
const sensorPhotometrics = [32_803, 34_892];
/** Makers' own compression of sensor values: Nikon, Sony, Pentax, Kodak, Epson, Samsung. */
const sensorCompressions = [262, 32_767, 32_769, 32_770, 34_713, 65_000, 65_535];

/**
 * Which camera's raw file this is, from its first bytes and first directory; undefined for others.
 * DNG, NEF, ARW, PEF, CR2 and IIQ are TIFF by their first bytes, and a TIFF reader would show the
 * small preview in them as if it were the picture.
 */
export const findCameraRaw = (bytes: Uint8Array): string | undefined => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString(
    'latin1',
  );
  const own = signatures.find(([start]) => text.startsWith(start));
  if (own) return own[1];
  if (!/^(II\*\0|MM\0\*)/.test(text)) return undefined;
  if (text.slice(8, 10) === 'CR') return 'Canon CR2';
  if (/^(IIIIT?waR|IIII|MMMM)/.test(text.slice(8, 15))) return 'Phase One IIQ';
  const page = readTiffPage(bytes);
  if (!page) return undefined;
  if (page.first(tags.dngVersion) !== undefined) return 'Adobe DNG';
  const isPreview = ((page.first(tags.subfileType) ?? 0) & 1) === 1;
  const isSensor =
    sensorPhotometrics.includes(page.first(tags.photometric) ?? 0) ||
    sensorCompressions.includes(page.first(tags.compression) ?? 0);
  if (isSensor || (isPreview && page.first(tags.subIfds) !== undefined))
    return makerIn(bytes, page.first(tags.make));
  return undefined;
};

const signatures: readonly (readonly [string, string])[] = [
  ['IIRO', 'Olympus ORF'],
  ['IIRS', 'Olympus ORF'],
  ['MMOR', 'Olympus ORF'],
  ['IIU\0', 'Panasonic RW2'],
  ['FUJIFILMCCD-RAW', 'Fujifilm RAF'],
  ['FOVb', 'Sigma X3F'],
  ['\0MRM', 'Minolta MRW'],
  ['II\x1a\0\0\0HEAPCCDR', 'Canon CRW'],
  ['ARRI\x12\x34\x56\x78', 'ARRI ARI'],
];

const makers: Record<string, string> = {
  nikon: 'Nikon NEF',
  sony: 'Sony ARW',
  pentax: 'Pentax PEF',
  ricoh: 'Pentax PEF',
  samsung: 'Samsung SRW',
  kodak: 'Kodak',
  eastman: 'Kodak',
  hasselblad: 'Hasselblad 3FR',
  'phase one': 'Phase One IIQ',
  leaf: 'Leaf MOS',
  epson: 'Epson ERF',
  canon: 'Canon',
  leica: 'Leica',
};

const makerIn = (bytes: Uint8Array, offset: number | undefined): string => {
  const start = offset ?? bytes.length;
  const make = Buffer.from(bytes.subarray(start, start + 20))
    .toString('latin1')
    .toLowerCase();
  return Object.entries(makers).find(([name]) => make.startsWith(name))?.[1] ?? 'unknown';
};
