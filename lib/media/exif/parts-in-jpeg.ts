import { extendedXmp, extensionSignature, type XmpExtension } from './extended-xmp.ts';
import { type MetadataParts, noParts, xmpSignature } from './metadata-parts.ts';
import { joinedReader, partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

type Segment = { marker: number; start: number; end: number };

/** Some Kodak cameras write one zero, others 0xff for the second; ExifTool allows four bytes before. */
const exifHeader = /^.{0,4}Exif\0/is;
const tiffHeader = /II\*\0|MM\0\*/;
const photoshopSignature = 'Photoshop 3.0\0';
const signatureBytes = 80; // the longest signature is that of an XMP extension, with its GUID

const markers = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  app1: 0xe1,
  app13: 0xed,
};

const maxSegments = 4_096; // XMP of 250 MB

/** The application segments before the first scan (ISO 10918-1 §B.1). */
export const partsInJpeg = async (reader: Reader): Promise<MetadataParts> => {
  const found = noParts();
  const exif: Reader[][] = [];
  const photoshop: Reader[] = [];
  const extensions: XmpExtension[] = [];
  let mayContinueExif = false;
  for (let at = 2, count = 0; count < maxSegments; count++) {
    const segment = await nextSegment(reader, at);
    if (!segment) break;
    at = segment.end;
    const isExifBefore = mayContinueExif;
    mayContinueExif = false;
    if (segment.marker !== markers.app1 && segment.marker !== markers.app13) continue;
    const part = partReader(reader, segment.start, segment.end - segment.start);
    const head = await part.at(0, Math.min(signatureBytes, part.sizeBytes));
    const text = head?.toString('latin1') ?? '';
    const isApp1 = segment.marker === markers.app1;
    if (isApp1 && exifHeader.test(text)) {
      mayContinueExif = true;
      const last = exif.at(-1);
      if (tiffHeader.test(text) || !last || !isExifBefore) exif.push([part]);
      else last.push(partReader(part, 6, part.sizeBytes - 6));
    } else if (isApp1 && text.startsWith(xmpSignature))
      found.xmp.push(partReader(part, xmpSignature.length, part.sizeBytes));
    else if (isApp1 && text.startsWith(extensionSignature) && head) extensions.push({ head, part });
    else if (!isApp1 && text.startsWith(photoshopSignature))
      photoshop.push(partReader(part, photoshopSignature.length, part.sizeBytes));
  }
  found.exif.push(...exif.map(joinedReader));
  found.xmp.push(...extendedXmp(extensions));
  if (photoshop.length > 0) found.iptc.push(joinedReader(photoshop));
  return found;
};

/** Undefined where the pixels begin, the file ends, or what follows is no JPEG. */
const nextSegment = async (reader: Reader, from: number): Promise<Segment | undefined> => {
  let at = await nextMarker(reader, from);
  for (; at !== undefined; at = await nextMarker(reader, at)) {
    const head = await reader.at(at, 4);
    if (!head) return undefined;
    const marker = head.readUInt8(1);
    if (marker === markers.startOfScan || marker === markers.endOfImage) return undefined;
    if (isAlone(marker)) {
      at += 2;
      continue;
    }
    const length = head.readUInt16BE(2);
    return length < 2 ? undefined : { marker, start: at + 4, end: at + 2 + length };
  }
  return undefined;
};

/** §B.1.1.3: markers without a length: TEM, RST0 to RST7, and a stray SOI. */
const isAlone = (marker: number) =>
  marker === 0x01 || (marker >= 0xd0 && marker <= markers.startOfImage);

const maxJunkBytes = 65_536;

/** Decoders skip bytes between segments that are no marker, and any number of 0xff before one. */
const nextMarker = async (reader: Reader, from: number): Promise<number | undefined> => {
  for (let at = from; at < from + maxJunkBytes; ) {
    const bytes = await reader.at(at, Math.min(at === from ? 4 : 1_024, reader.sizeBytes - at));
    if (!bytes || bytes.length < 2) return undefined;
    for (let index = 0; index + 1 < bytes.length; index++) {
      const next = bytes[index + 1];
      if (bytes[index] === 0xff && next !== 0xff && next !== 0) return at + index;
    }
    at += bytes.length - 1;
  }
  return undefined;
};
