/** Markers of ITU-T T.81, table B.1: the second byte, after FF. */
const markers = { app0: 0xe0, app14: 0xee, app15: 0xef, comment: 0xfe, scan: 0xda, end: 0xd9 };
/** Baseline, extended and progressive with Huffman codes: what browsers decode. */
const frames = [0xc0, 0xc1, 0xc2];
/** Tables, restarts and number of lines. */
const tables = [0xc4, 0xdb, 0xdd, 0xdc];

const start = Buffer.from([0xff, 0xd8]);
const end = Buffer.from([0xff, markers.end]);

/**
 * A JPEG's tables and scans without what applications wrote between them (EXIF, XMP, ICC, previews)
 * and what phones hide behind its end (films, second pictures). JFIF and Adobe segments stay, as
 * they say how colours are stored. Undefined where the file is put together in a way we do not know.
 */
export const stripJpeg = (file: Buffer): Buffer | undefined => {
  const parts: Buffer[] = [start];
  for (let at = 2; at + 4 <= file.length + 2; ) {
    const marker = file[at] === 0xff ? file[at + 1] : undefined;
    if (marker === undefined) return undefined;
    if (marker === 0xff) {
      at++; // fill bytes may precede any marker
      continue;
    }
    if (marker === markers.end) return Buffer.concat([...parts, end]);
    if (at + 4 > file.length) return undefined;
    const next = at + 2 + file.readUInt16BE(at + 2);
    if (next < at + 4 || next > file.length) return undefined;
    const segment = file.subarray(at, next);
    if (marker === markers.scan) {
      at = endOfScan(file, next);
      parts.push(file.subarray(next - segment.length, at));
      continue;
    }
    if (marker === markers.comment || (marker >= markers.app0 && marker <= markers.app15))
      parts.push(stripSegment(marker, segment));
    else if (frames.includes(marker) || tables.includes(marker)) parts.push(segment);
    else return undefined;
    at = next;
  }
  return undefined;
};

/** The first marker that is neither a stuffed zero nor a restart. */
const endOfScan = (file: Buffer, from: number): number => {
  for (let at = file.indexOf(0xff, from); at >= 0; at = file.indexOf(0xff, at + 2)) {
    const next = file[at + 1] ?? 0;
    if (next === 0xff) at--;
    else if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return file.length;
};

const jfifBytes = 18;
const adobeBytes = 16;

/** What decoders read of an application's segment: never its thumbnail, nor what is written behind. */
const stripSegment = (marker: number, segment: Buffer): Buffer => {
  const says = (name: string) => segment.toString('latin1', 4, 4 + name.length) === name;
  const isJfif = marker === markers.app0 && says('JFIF\0') && segment.length >= jfifBytes;
  const isAdobe = marker === markers.app14 && says('Adobe') && segment.length >= adobeBytes;
  if (!isJfif && !isAdobe) return Buffer.alloc(0);
  const essence = Buffer.from(segment.subarray(0, isJfif ? jfifBytes : adobeBytes));
  essence.writeUInt16BE(essence.length - 2, 2);
  if (isJfif) essence.writeUInt16BE(0, jfifBytes - 2); // its thumbnail's width and height
  return essence;
};
