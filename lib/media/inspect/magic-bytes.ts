import type { Format } from '#lib/images/picture.ts';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import { findCameraRaw } from './camera-raw.ts';

/** What a file's bytes are: a format we read, or something else that we can name, with what to do. */
export type Kind = { format: Format } | { other: string; advice?: string };

const asJpeg = 'Export it as JPEG or PNG and send that.';
const other = (name: string, advice = asJpeg): Kind => ({ other: name, advice });
const video = (name = 'a video') => other(name, 'Send a still picture.');

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
  ['\0\0\0\x0cJXL ', other('JPEG XL')],
  ['\xff\x0a', other('JPEG XL')],
  ['\0\0\0\x0cjP  ', other('JPEG 2000')],
  ['\xff\x4f\xff\x51', other('JPEG 2000')],
  ['\xff\xd8', other('no JPEG that decoders know (its first marker is not where it belongs)')],
  ['II\xbc\x01', other('JPEG XR')],
  ['\x8aMNG\r\n\x1a\n', video('an MNG animation')],
  ['\x8bJNG\r\n\x1a\n', other('JNG')],
  ['8BPS', other('a Photoshop document (PSD)')],
  ['gimp xcf', other('a GIMP document (XCF)')],
  ['\0\0\x01\0', other('an ICO icon')],
  ['\0\0\x02\0', other('a CUR cursor')],
  ['icns', other('an ICNS icon')],
  ['%PDF-', other('PDF', 'Export its page as JPEG or PNG and send that.')],
  ['%!PS', other('PostScript')],
  ['\xc5\xd0\xd3\xc6', other('PostScript (EPS)')],
  ['\xd7\xcd\xc6\x9a', other('a Windows metafile (WMF)')],
  ['v/1\x01', other('OpenEXR')],
  ['#?RADIANCE', other('Radiance HDR')],
  ['SIMPLE  =', other('FITS')],
  ['DDS ', other('a DirectDraw texture (DDS)')],
  ['qoif', other('QOI')],
  ['farbfeld', other('farbfeld')],
  ['BPG\xfb', other('BPG')],
  ['FLIF', other('FLIF')],
  ['AT&TFORM', other('DjVu')],
  ['PK\x03\x04', other('a ZIP archive', 'Send the pictures in it one by one.')],
  ['Rar!', other('a RAR archive', 'Send the pictures in it one by one.')],
  ['7z\xbc\xaf', other('a 7z archive', 'Send the pictures in it one by one.')],
  ['\x1f\x8b', other('a gzip file', 'Unpack it and send the picture.')],
  ['\x1a\x45\xdf\xa3', video()],
  ['OggS', video('an Ogg video or sound')],
  ['FLV\x01', video()],
  ['\0\0\x01\xba', video()],
  ['\0\0\x01\xb3', video()],
  ['ID3', other('a sound', 'Send a picture.')],
];

/** Looks at the bytes only, whatever the client says. Undefined where nothing is recognised. */
export const detectKind = (bytes: Uint8Array): Kind | undefined => {
  const start = latin(bytes, 0, 64);
  const raw = findCameraRaw(bytes);
  if (raw) return cameraRaw(raw);
  if (start.startsWith('RIFF')) return detectRiff(start.slice(8, 12));
  const box = start.slice(4, 8);
  if (box === 'ftyp') return detectByBrands(bytes);
  if (/^(moov|mdat|wide|free|skip|pnot)$/.test(box)) return video('a QuickTime video');
  const [, kind] = signatures.find(([signature]) => start.startsWith(signature)) ?? [];
  return kind ?? detectText(bytes) ?? detectByStructure(bytes, start);
};

const cameraRaw = (name: string): Kind =>
  other(
    name === 'unknown' ? 'a camera raw file' : `a camera raw file (${name})`,
    'Develop it to JPEG or TIFF and send that.',
  );

const latin = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);

const detectRiff = (type: string): Kind | undefined => {
  if (type === 'WEBP') return { format: 'webp' };
  if (type === 'AVI ') return video();
  return type === 'WAVE' ? other('a sound', 'Send a picture.') : undefined;
};

/** ISO 14496-12 §4.3: the brands that the file says it follows, the major one first. */
const detectByBrands = (bytes: Uint8Array): Kind => {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
  const end = Math.min(length, bytes.length, 256);
  const brands = new Set<string>();
  for (let at = 8; at + 4 <= end; at += at === 8 ? 8 : 4) brands.add(latin(bytes, at, at + 4));
  if (brands.has('crx ')) return cameraRaw('Canon CR3');
  if (brands.has('avif') || brands.has('avis')) return { format: 'avif' };
  const isHeif = [...brands].some((brand) =>
    /^(hei[cxms]|hev[cxms]|mif[12]|msf1|heif)$/.test(brand),
  );
  if (!isHeif) return video();
  return detectByCodec(
    bytes,
    [...brands].some((brand) => /^he[iv]/.test(brand)),
  );
};

/** HEIF holds pictures of any codec. What its brands leave open, its items decide. */
const detectByCodec = (bytes: Uint8Array, isHevc: boolean): Kind => {
  const heif = readHeif(bytes);
  const codec = heif?.codecs.find((type) => type !== '') ?? heif?.type;
  if (codec === 'av01') return { format: 'avif' };
  const foreign = codec === undefined ? undefined : foreignCodecs[codec];
  if (foreign) return other(`a HEIF picture coded in ${foreign}`);
  return isHevc || heif ? { format: 'heic' } : other('a HEIF file without a still picture');
};

const foreignCodecs: Record<string, string> = {
  avc1: 'H.264 (AVC)',
  vvc1: 'H.266 (VVC)',
  evc1: 'EVC',
  jpeg: 'JPEG',
  j2k1: 'JPEG 2000',
  unci: 'no compression (ISO 23001-17)',
};

const detectText = (bytes: Uint8Array): Kind | undefined => {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('utf8').replace(/�+$/, '');
  if (/<svg[\s>]/i.test(start)) return other('SVG');
  if (/^\s*<(!doctype html|html)/i.test(start))
    return other('an HTML page', 'Send the picture itself, not the page that shows it.');
  if (/^P[1-7]\s/.test(start)) return other('a Netpbm picture (PBM, PGM, PPM or PAM)');
  if (/^\/\* XPM \*\//.test(start)) return other('XPM');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what text does not hold
  return start && !/[\0-\x08\x0e-\x1a\x1c-\x1f�]/.test(start)
    ? other('text', 'Send a picture.')
    : undefined;
};

/** Signatures of a letter or two say little; where they stand for something, the rest fits as well. */
const detectByStructure = (bytes: Uint8Array, start: string): Kind | undefined => {
  if (start.startsWith('BM') && bytes.length >= 26) return other('a Windows bitmap (BMP)');
  if (/^P[4-7]\s/.test(start)) return other('a Netpbm picture (PBM, PGM, PPM or PAM)');
  if (bytes[0] === 10 && (bytes[1] ?? 9) <= 5 && bytes[2] === 1) return other('PCX');
  return bytes[0] === 0x47 && bytes[188] === 0x47 ? video() : undefined;
};
