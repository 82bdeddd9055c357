import { type Box, cursor, readBoxes } from './boxes.ts';

/** A property of `ipco` with the item's place for it in order (ISO 23008-12 §9.3). */
export type Property = Box;

/** Properties by item, in the order in which they apply. Throws a RangeError where lists are cut off. */
export const readProperties = (bytes: Buffer, iprp: Box): Map<number, Property[]> => {
  const boxes = readBoxes(bytes, iprp.start, iprp.end);
  const container = boxes.find(({ type }) => type === 'ipco');
  const all = container ? readBoxes(bytes, container.start, container.end) : [];
  const found = new Map<number, Property[]>();
  for (const list of boxes.filter(({ type }) => type === 'ipma'))
    for (const { id, indexes } of readAssociations(bytes, list))
      found.set(id, [
        ...(found.get(id) ?? []),
        ...indexes.flatMap((index) => all[index - 1] ?? []), // counted from 1; 0 is none
      ]);
  return found;
};

const maxAssociations = 65_536;

/**
 * The version determines the width of ids, the lowest flag that of indexes; their highest bit is
 * "essential".
 */
const readAssociations = (bytes: Buffer, { start }: Box) => {
  const idBytes = bytes.readUInt8(start) === 0 ? 2 : 4;
  const indexBytes = bytes.readUInt8(start + 3) & 1 ? 2 : 1;
  const { next } = cursor(bytes, start + 4);
  const entries: { id: number; indexes: number[] }[] = [];
  let total = 0;
  for (let left = next(4); left > 0; left--) {
    const id = next(idBytes);
    const indexes = Array.from(
      { length: next(1) },
      () => next(indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f),
    );
    total += indexes.length + 1;
    if (total > maxAssociations) throw new RangeError('More associations than a picture needs.');
    entries.push({ id, indexes });
  }
  return entries;
};
