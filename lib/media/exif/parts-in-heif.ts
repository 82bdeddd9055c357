import { type Box, readBox, readBoxes } from '../heif/boxes.ts';
import { type Item, type Location, readItems, readLocations } from '../heif/item-lists.ts';
import { type MetadataParts, noParts } from './metadata-parts.ts';
import { joinedReader, partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

const maxMetaBytes = 262_144;

/**
 * The `Exif` and XMP items of an AVIF or HEIC: the `meta` box lists items (`iinf`) and says where
 * each lies (`iloc`), ISO 14496-12 §8.11; an `Exif` item begins with the number of bytes before its
 * TIFF structure, ISO 23008-12 §A.2.1.
 */
export const partsInHeif = async (reader: Reader): Promise<MetadataParts> => {
  const found = noParts();
  const meta = await findMeta(reader);
  const bytes = meta && (await reader.at(meta.start, meta.end - meta.start));
  if (!meta || !bytes) return found;
  for (const { item, part } of itemParts(reader, bytes, meta.start)) {
    if (item.type === 'mime') found.xmp.push(part);
    else {
      const skip = (await part.at(0, 4))?.readUInt32BE(0) ?? 0;
      const start = 4 + skip < part.sizeBytes ? 4 + skip : 4; // some count from elsewhere
      found.exif.push(partReader(part, start, part.sizeBytes - start));
    }
  }
  return found;
};

const findMeta = async (reader: Reader): Promise<Box | undefined> => {
  for (let at = 0; ; ) {
    const head = await reader.at(at, Math.min(16, reader.sizeBytes - at));
    if (!head || head.length < 8) return undefined;
    const box = readBox(head, 0, reader.sizeBytes - at);
    if (!box) return undefined;
    if (box.type === 'meta' && box.end - box.start <= maxMetaBytes)
      return { type: box.type, at, start: at + box.start, end: at + box.end };
    at += box.end;
  }
};

const itemParts = (reader: Reader, meta: Buffer, metaOffset: number) => {
  try {
    const boxes = readBoxes(meta, 4, meta.length); // after version and flags
    const find = (type: string) => boxes.find((box) => box.type === type);
    const [infos, locations, data] = [find('iinf'), find('iloc'), find('idat')];
    if (!infos || !locations) return [];
    const places = readLocations(meta, locations) ?? [];
    return readItems(meta, infos)
      .filter((item) => item.type === 'Exif' || isXmp(meta, item))
      .slice(0, 16)
      .flatMap((item) => {
        const place = places.find(({ id }) => id === item.id);
        const part = place && partAt(reader, place, data && metaOffset + data.start);
        return part ? [{ item, part }] : [];
      });
  } catch (error) {
    if (error instanceof RangeError) return []; // a box shorter than its contents say
    throw error;
  }
};

/** Behind the type of a `mime` item stand its name and its media type, each ended by a zero. */
const isXmp = (meta: Buffer, { type, box }: Item): boolean =>
  type === 'mime' && meta.toString('latin1', box.start, box.end).includes('\0application/rdf+xml');

const partAt = (reader: Reader, { extents }: Location, dataOffset: number | undefined) => {
  if (extents.length === 0 || extents.length > 64) return undefined;
  const pieces = extents.map(({ method, offset, length }) => {
    const base = method === 1 ? dataOffset : method === 0 ? 0 : undefined;
    if (base === undefined) return undefined;
    return partReader(reader, base + offset, length || reader.sizeBytes); // 0: up to the file's end
  });
  return pieces.every((piece) => piece !== undefined) ? joinedReader(pieces) : undefined;
};
