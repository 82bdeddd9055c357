import type { Block } from './find-exif.ts';
import { type Box, boxAt, boxesIn, cursor } from './iso-boxes.ts';
import type { Reader } from './range-reader.ts';

const mostMetaBytes = 262_144;

/**
 * The `Exif` item of an AVIF (and of its cousin HEIC): the `meta` box lists items (`iinf`) and says
 * where each lies (`iloc`), ISO 14496-12 §8.11; the item begins with the number of bytes before
 * its TIFF structure, ISO 23008-12 §A.2.1.
 */
export const findExifInAvif = async (reader: Reader): Promise<Block | undefined> => {
  const meta = await metaOf(reader);
  const bytes = meta && (await reader.at(meta.start, meta.end - meta.start));
  const item = bytes && exifItemIn(bytes, meta.start);
  const skip = item && (await reader.at(item.offset, 4))?.readUInt32BE(0);
  if (!item || skip === undefined) return undefined;
  return { offset: item.offset + 4 + skip, length: item.length - 4 - skip };
};

const metaOf = async (reader: Reader): Promise<Box | undefined> => {
  for (let at = 0; ; ) {
    const head = await reader.at(at, Math.min(16, reader.sizeBytes - at));
    if (!head || head.length < 8) return undefined;
    const box = boxAt(head, 0, reader.sizeBytes - at);
    if (!box) return undefined;
    if (box.type === 'meta' && box.end - box.start <= mostMetaBytes)
      return { type: box.type, at, start: at + box.start, end: at + box.end };
    at += box.end;
  }
};

const exifItemIn = (meta: Buffer, metaOffset: number): Block | undefined => {
  try {
    const boxes = boxesIn(meta, 4, meta.length); // after version and flags
    const find = (type: string) => boxes.find((box) => box.type === type);
    const [infos, places] = [find('iinf'), find('iloc')];
    const id = infos && exifIdIn(meta, infos);
    const place = places && id !== undefined ? placeOf(id, meta, places) : undefined;
    if (!place) return undefined;
    const data = find('idat');
    const base = place.isInMeta && data ? metaOffset + data.start : 0;
    return { offset: base + place.offset, length: place.length };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a box shorter than its contents say
    throw error;
  }
};

const exifIdIn = (meta: Buffer, { start, end }: Box): number | undefined => {
  const first = start + (meta.readUInt8(start) === 0 ? 6 : 8); // a count of 16 or 32 bits
  for (const entry of boxesIn(meta, first, end)) {
    const idBytes = meta.readUInt8(entry.start) < 3 ? 2 : 4;
    const { next, skip } = cursor(meta, entry.start + 4);
    const id = next(idBytes);
    skip(2); // protection
    if (next(4) === 0x45786966) return id; // Exif
  }
  return undefined;
};

/** §8.11.3: every field's width depends on the version or on the nibbles at the beginning. */
const placeOf = (wanted: number, meta: Buffer, { start }: Box) => {
  const version = meta.readUInt8(start);
  const { next, skip } = cursor(meta, start + 4);
  const widths = next(2);
  const [offsetBytes, lengthBytes] = [widths >> 12, (widths >> 8) & 15];
  const [baseBytes, indexBytes] = [(widths >> 4) & 15, version > 0 ? widths & 15 : 0];
  const idBytes = version < 2 ? 2 : 4;
  for (let items = next(idBytes); items > 0; items--) {
    const id = next(idBytes);
    const method = version > 0 ? next(2) & 15 : 0;
    skip(2); // which file: always this one
    const base = next(baseBytes);
    const extents = next(2);
    if (id === wanted && extents === 1) {
      skip(indexBytes);
      return {
        offset: base + next(offsetBytes),
        length: next(lengthBytes),
        isInMeta: method === 1,
      };
    }
    skip(extents * (indexBytes + offsetBytes + lengthBytes));
  }
  return undefined;
};
