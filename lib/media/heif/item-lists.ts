import { type Box, cursor, readBoxes } from './boxes.ts';

/** An entry of `iinf`; one of a version before 2 does not say its type, which is '' then. */
export type Item = { id: number; type: string; box: Box };

/** With method 0 the offset is one in the file, with 1 in `idat`; others are none of AVIF's. */
export type Extent = { method: number; offset: number; length: number };

/** An entry of `iloc`, and where it stands itself. */
export type Location = { id: number; extents: Extent[]; start: number; end: number };

const maxExtents = 4_096; // a picture has one, a grid one for each tile

/** ISO 14496-12 §8.11.6.2. Throws a RangeError where an entry is shorter than it says. */
export const readItems = (bytes: Buffer, infos: Box): Item[] =>
  readBoxes(bytes, itemsStart(bytes, infos), infos.end).map((box) => {
    const version = bytes.readUInt8(box.start);
    const { next, skip, at } = cursor(bytes, box.start + 4);
    const id = next(version === 3 ? 4 : 2);
    skip(2); // protection
    const type = version < 2 ? '' : bytes.toString('latin1', at(), at() + 4);
    return { id, type, box };
  });

/** Behind version, flags and a count of 16 or 32 bits. */
export const itemsStart = (bytes: Buffer, { start }: Box): number =>
  start + (bytes.readUInt8(start) === 0 ? 6 : 8);

/**
 * §8.11.3: every field's width depends on the version or on the nibbles at the beginning. Undefined
 * where there are thousands of extents, which need not take any bytes. Throws as `readItems`.
 */
export const readLocations = (bytes: Buffer, { start }: Box): Location[] | undefined => {
  const version = bytes.readUInt8(start);
  const { next, skip, at } = cursor(bytes, start + 4);
  const widths = next(2);
  const [offsetBytes, lengthBytes] = [widths >> 12, (widths >> 8) & 15];
  const [baseBytes, indexBytes] = [(widths >> 4) & 15, version > 0 ? widths & 15 : 0];
  const idBytes = version < 2 ? 2 : 4;
  const places: Location[] = [];
  let all = 0;
  for (let left = next(idBytes); left > 0; left--) {
    const from = at();
    const id = next(idBytes);
    const method = version > 0 ? next(2) & 15 : 0;
    skip(2); // which file: always this one
    const base = next(baseBytes);
    const extents: Extent[] = [];
    for (let count = next(2); count > 0; count--) {
      if (++all > maxExtents) return undefined;
      skip(indexBytes);
      const offset = base + next(offsetBytes);
      extents.push({ method, offset, length: next(lengthBytes) });
    }
    places.push({ id, extents, start: from, end: at() });
  }
  return places;
};
