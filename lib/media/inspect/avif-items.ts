import { type Box, cursor, readBoxes } from '#lib/media/heif/boxes.ts';
import { type Extent, readItems, readLocations } from '#lib/media/heif/item-lists.ts';

export type AvifItem = { id: number; type: string; data: Buffer };

export type AvifItems = {
  items: AvifItem[];
  /** Which item is put together from which, each as often as it is. */
  tiles: { whole: number; part: number }[];
  /** What is written of decoders' settings (`av1C`) behind its first four bytes: bitstream units. */
  configurations: Buffer[];
};

const maxSharing = 4; // layers of one picture may be items of their own, over the same bytes

/**
 * The items of each `meta` box of an AVIF (ISO 14496-12 §8.11) with their bytes: one, or two where
 * two files were concatenated. Undefined where the boxes make no sense, where data is to be
 * found elsewhere than in the file or in `idat`, or where it is used again and again.
 */
export const readAvifItems = (file: Buffer): AvifItems[] | undefined => {
  try {
    const boxes = readBoxes(file, 0, file.length).filter(({ type }) => type === 'meta');
    const found = boxes.slice(0, 2).map((meta) => readContents(file, meta));
    const all = found.filter((items) => items !== undefined);
    return all.length === boxes.length && all.length > 0 ? all : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a box shorter than its contents say
    throw error;
  }
};

const readContents = (file: Buffer, meta: Box): AvifItems | undefined => {
  const boxes = readBoxes(file, meta.start + 4, meta.end); // after version and flags
  const named = (type: string) => boxes.filter((box) => box.type === type);
  const [infos, locations, data] = [named('iinf'), named('iloc'), named('idat')];
  const [info, location] = [infos[0], locations[0]];
  if (!info || !location || infos.length + locations.length > 2) return undefined;
  if (data.length > 1) return undefined;
  const places = readLocations(file, location);
  if (!places) return undefined;
  const placesById = Map.groupBy(places, ({ id }) => id);
  const items: AvifItem[] = [];
  let allBytes = 0;
  for (const { id, type } of readItems(file, info)) {
    const parts: Buffer[] = [];
    let itemBytes = 0;
    for (const extent of placesById.get(id)?.flatMap(({ extents }) => extents) ?? []) {
      const part = bytesAt(file, extent, data[0]);
      itemBytes += part?.length ?? 0;
      if (!part || itemBytes > file.length) return undefined;
      parts.push(part);
    }
    allBytes += itemBytes;
    if (allBytes > maxSharing * file.length) return undefined;
    const [only] = parts;
    items.push({ id, type, data: parts.length === 1 && only ? only : Buffer.concat(parts) });
  }
  return {
    items,
    tiles: named('iref').flatMap((references) => tilesIn(file, references)),
    configurations: named('iprp').flatMap((properties) => configurationsIn(file, properties)),
  };
};

/** Of a file that is cut off, what is there. A length of nothing means all that is left. */
const bytesAt = (file: Buffer, extent: Extent, data: Box | undefined): Buffer | undefined => {
  const { method, offset, length } = extent;
  if (method > 1 || (method === 1 && !data)) return undefined;
  const [start, end] = method === 1 && data ? [data.start, data.end] : [0, file.length];
  return file.subarray(start + offset, length ? Math.min(start + offset + length, end) : end);
};

/** §8.11.12: of the references, those from what is derived to what it is made of. */
const tilesIn = (file: Buffer, { start, end }: Box): AvifItems['tiles'] => {
  const idBytes = file.readUInt8(start) === 0 ? 2 : 4;
  return readBoxes(file, start + 4, end)
    .filter(({ type }) => type === 'dimg')
    .flatMap((box) => {
      const { next } = cursor(file, box.start);
      const whole = next(idBytes);
      return Array.from({ length: next(2) }, () => ({ whole, part: next(idBytes) }));
    });
};

const configurationsIn = (file: Buffer, { start, end }: Box): Buffer[] =>
  readBoxes(file, start, end)
    .filter(({ type }) => type === 'ipco')
    .flatMap((container) => readBoxes(file, container.start, container.end))
    .filter(({ type }) => type === 'av1C')
    .map((box) => file.subarray(box.start + 4, box.end));
