import { type Box, readBoxes } from '#lib/media/heif/boxes.ts';
import {
  type Extent,
  itemsStart,
  type Location,
  readItems,
  readLocations,
} from '#lib/media/heif/item-lists.ts';

/** The boxes that a still AVIF may have. Other files are films, or unknown. */
const known = ['ftyp', 'meta', 'mdat', 'free', 'skip', 'uuid'];
/** Items that are about the picture, none of its parts: ISO 14496-12 §8.11.6. */
const privateItems = ['Exif', 'mime', 'uri '];
/** Boxes beside the items that may hold anything. */
const privateBoxes = ['uuid', 'free', 'skip', 'xml ', 'bxml'];

/**
 * A still AVIF whose lists know of no EXIF or XMP, with zeros where those were. Everything else
 * stays in place, as the lists hold offsets into the file. Undefined where the file is put
 * together in a way we do not know.
 */
export const stripAvif = (file: Buffer): Buffer | undefined => {
  try {
    return rewritten(file);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a box shorter than its contents say
    throw error;
  }
};

const rewritten = (file: Buffer): Buffer | undefined => {
  const boxes = readBoxes(file, 0, file.length);
  const [meta, second] = boxes.filter(({ type }) => type === 'meta');
  if (boxes.at(-1)?.end !== file.length || !meta || second) return undefined;
  if (!boxes.every(({ type }) => known.includes(type))) return undefined;
  const lists = listsIn(file, meta);
  if (!lists) return undefined;

  const bare = Buffer.alloc(file.length);
  for (const { method, offset, length } of lists.pixels)
    if (method === 0) file.copy(bare, offset, offset, offset + length);
  for (const { type, at, start, end } of boxes) {
    file.copy(bare, at, at, type === 'ftyp' ? end : start);
    if (privateBoxes.includes(type)) bare.write('free', at + 4, 'latin1');
  }
  const contents = metaWithout(file, meta, lists);
  if (!contents) return undefined;
  contents.copy(bare, meta.start);
  return bare;
};

type Lists = { gone: ReadonlySet<number>; places: Location[]; pixels: Extent[] };

const listsIn = (file: Buffer, meta: Box): Lists | undefined => {
  const boxes = readBoxes(file, meta.start + 4, meta.end); // after version and flags
  const find = (type: string) => boxes.find((box) => box.type === type);
  const [infos, locations, data] = [find('iinf'), find('iloc'), find('idat')];
  if (boxes.at(-1)?.end !== meta.end || !infos || !locations) return undefined;
  const items = readItems(file, infos);
  const places = readLocations(file, locations);
  if (!places || items.length === 0 || items.some(({ type }) => type.length < 4)) return undefined;
  const gone = new Set(items.filter(({ type }) => privateItems.includes(type)).map(({ id }) => id));
  const remaining = places.filter(({ id }) => !gone.has(id));
  const pixels = remaining.flatMap(({ extents }) => extents);
  const isKnown = pixels.every(({ method }) => method === 0 || (method === 1 && data));
  const isWhole = pixels.every(
    ({ method, offset, length }) =>
      length > 0 &&
      offset + length <= (method === 1 ? (data?.end ?? 0) - (data?.start ?? 0) : file.length),
  );
  return isKnown && isWhole ? { gone, places, pixels } : undefined;
};

/** As long as before: what the lists lose becomes a `free` box behind them. */
const metaWithout = (file: Buffer, meta: Box, lists: Lists): Buffer | undefined => {
  const parts = [file.subarray(meta.start, meta.start + 4)];
  for (const box of readBoxes(file, meta.start + 4, meta.end))
    if (!privateBoxes.includes(box.type)) parts.push(rewriteBox(file, box, lists));
  const left = meta.end - meta.start - parts.reduce((sum, { length }) => sum + length, 0);
  if (left === 0) return Buffer.concat(parts);
  return left < 8
    ? undefined
    : Buffer.concat([...parts, writeBox('free', [Buffer.alloc(left - 8)])]);
};

const rewriteBox = (file: Buffer, box: Box, { gone, places, pixels }: Lists): Buffer => {
  const bytes = (from: number, to: number) => file.subarray(from, to);
  if (box.type === 'iinf') {
    const remaining = readItems(file, box).filter(({ id }) => !gone.has(id));
    const entries = remaining.map((item) => bytes(item.box.at, item.box.end));
    return counted(bytes(box.start, itemsStart(file, box)), entries, box.type);
  }
  if (box.type === 'iloc') {
    const remaining = places.filter(({ id }) => !gone.has(id));
    const entries = remaining.map(({ start, end }) => bytes(start, end));
    const head = bytes(box.start, places[0]?.start ?? box.end);
    return counted(head, entries, box.type);
  }
  if (box.type === 'iref') {
    const idBytes = file.readUInt8(box.start) === 0 ? 2 : 4;
    const remaining = readBoxes(file, box.start + 4, box.end).filter(
      ({ start }) => !gone.has(file.readUIntBE(start, idBytes)),
    );
    const entries = remaining.map(({ at, end }) => bytes(at, end));
    return writeBox(box.type, [bytes(box.start, box.start + 4), ...entries]);
  }
  if (box.type === 'idat') {
    const data = Buffer.alloc(box.end - box.start);
    for (const { method, offset, length } of pixels)
      if (method === 1) file.copy(data, offset, box.start + offset, box.start + offset + length);
    return writeBox(box.type, [data]);
  }
  return bytes(box.at, box.end);
};

/** Both lists begin with a head whose last two bytes, or four, are their count. */
const counted = (head: Buffer, entries: Buffer[], type: string): Buffer => {
  const copy = Buffer.from(head);
  copy.writeUInt16BE(entries.length, copy.length - 2);
  return writeBox(type, [copy, ...entries]);
};

const writeBox = (type: string, contents: Buffer[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + contents.reduce((sum, { length }) => sum + length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...contents]);
};
