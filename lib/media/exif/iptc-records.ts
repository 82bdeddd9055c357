import { partReader, readUpTo } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

/** Values of IPTC's record 2 by dataset number, each as its bytes. */
export type IptcRecords = { values: Map<number, Buffer[]>; isUtf8: boolean };

const maxIptcBytes = 65_536;
const maxResources = 256;
const maxValues = 256;
const iptcResource = 0x0404; // Photoshop file formats, "Image Resource IDs"

/** Reads IPTC records, bare or among Photoshop's resources. Undefined where there are none. */
export const iptcRecords = async (part: Reader): Promise<IptcRecords | undefined> => {
  const start = await part.at(0, Math.min(4, part.sizeBytes));
  const isPhotoshop = start?.toString('latin1') === '8BIM';
  const bare = isPhotoshop ? await resourceIn(part) : part;
  const bytes = bare && (await readUpTo(bare, maxIptcBytes));
  const inOrder = bytes && inByteOrder(bytes);
  return inOrder && recordsIn(inOrder);
};

/** Photoshop resources: signature, number, a name padded to even length, length, data likewise. */
const resourceIn = async (part: Reader): Promise<Reader | undefined> => {
  let at = 0;
  for (let count = 0; count < maxResources; count++) {
    const head = await part.at(at, 7);
    if (!head || !/^(8BIM|MeSa|PHUT|AgHg|DCSR)/.test(head.toString('latin1', 0, 4)))
      return undefined;
    const nameBytes = 1 + head.readUInt8(6);
    const dataAt = at + 6 + nameBytes + (nameBytes & 1) + 4;
    const length = (await part.at(dataAt - 4, 4))?.readUInt32BE(0);
    if (length === undefined) return undefined;
    if (head.readUInt16BE(4) === iptcResource) return partReader(part, dataAt, length);
    at = dataAt + length + (length & 1);
  }
  return undefined;
};

const marker = 0x1c;

/** TIFF writers that call it longs store four bytes at a time the wrong way round. */
const inByteOrder = (bytes: Buffer): Buffer =>
  bytes[0] !== marker && bytes[3] === marker && bytes.length >= 4
    ? Buffer.from(bytes.subarray(0, bytes.length & ~3)).swap32()
    : bytes;

/** IIM 4.2 §1.5: marker, record, dataset, length; a length of 0x8000 or more is that of a length. */
const recordsIn = (bytes: Buffer): IptcRecords | undefined => {
  const values = new Map<number, Buffer[]>();
  let isUtf8 = false;
  let count = 0;
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === marker && count < maxValues; count++) {
    const [record, dataset] = [bytes[at + 1], bytes[at + 2] ?? 0];
    const length = bytes.readUInt16BE(at + 3);
    if (length >= 0x8000) break; // longer than any text that we read
    const value = bytes.subarray(at + 5, at + 5 + length);
    if (record === 1 && dataset === 90) isUtf8 = value.toString('latin1') === '\x1b%G';
    if (record === 2) values.set(dataset, [...(values.get(dataset) ?? []), value]);
    at += 5 + length;
  }
  return values.size > 0 ? { values, isUtf8 } : undefined;
};
