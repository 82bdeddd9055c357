import { type Box, readBox, readBoxes } from '#lib/media/heif/boxes.ts';
import { readItems, readLocations } from '#lib/media/heif/item-lists.ts';
import type { Block } from './block.ts';
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
    const box = readBox(head, 0, reader.sizeBytes - at);
    if (!box) return undefined;
    if (box.type === 'meta' && box.end - box.start <= mostMetaBytes)
      return { type: box.type, at, start: at + box.start, end: at + box.end };
    at += box.end;
  }
};

const exifItemIn = (meta: Buffer, metaOffset: number): Block | undefined => {
  try {
    const boxes = readBoxes(meta, 4, meta.length); // after version and flags
    const find = (type: string) => boxes.find((box) => box.type === type);
    const [infos, locations] = [find('iinf'), find('iloc')];
    const item = infos && readItems(meta, infos).find(({ type }) => type === 'Exif');
    const places = (item && locations && readLocations(meta, locations)) ?? [];
    const [place, ...others] = places.find(({ id }) => id === item?.id)?.extents ?? [];
    if (!place || others.length > 0) return undefined;
    const data = find('idat');
    const base = place.method === 1 && data ? metaOffset + data.start : 0;
    return { offset: base + place.offset, length: place.length };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a box shorter than its contents say
    throw error;
  }
};
