import { type Box, cursor, readBoxes } from './boxes.ts';
import { readItems, readLocations } from './item-lists.ts';
import { type Property, readProperties } from './properties.ts';
import { combineTurns, type Orientation, type Turn } from './turns.ts';

/** Code points of ITU-T H.273 for colours: what a `colr` box of type `nclx` says. */
export type Nclx = { primaries: number; transfer: number; matrix: number };

/** What the boxes of a HEIF file say of its primary picture. Nothing is decoded. */
export type HeifPicture = {
  /** Four letters: `hvc1`, `av01`, `grid`, `iden`, `iovl` … */
  type: string;
  /** Types of the coded pictures that it is made of; its own where it is coded itself. */
  codecs: string[];
  /** In pixels, as stored, before anything is turned or cropped (`ispe`). */
  width: number;
  height: number;
  /** Of the largest coded picture in it: a tile, or the whole. */
  codedPixels: number;
  /** All that is decoded for it, each tile once. */
  totalPixels: number;
  orientation: Orientation;
  /** It has a `clap` box: only a part of it is to be shown. */
  isCropped: boolean;
  hasAlpha: boolean;
  icc?: Buffer;
  nclx?: Nclx;
};

type Meta = {
  types: Map<number, string>;
  located: Set<number>;
  properties: Map<number, Property[]>;
  references: { type: string; from: number; to: number[] }[];
  primary: number | undefined;
};

/**
 * Reads the `meta` box of a HEIF file (ISO 23008-12, ISO 14496-12 §8.11). Undefined where there is
 * no picture in it: a sequence without a cover, or boxes that make no sense.
 */
export const readHeif = (bytes: Uint8Array): HeifPicture | undefined => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const box = readBoxes(file, 0, file.length).find(({ type }) => type === 'meta');
    const meta = box && readMeta(file, box);
    return meta && describePrimary(file, meta);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // a box shorter than its contents say
    throw error;
  }
};

const readMeta = (file: Buffer, meta: Box): Meta | undefined => {
  const boxes = readBoxes(file, meta.start + 4, meta.end); // after version and flags
  const find = (type: string) => boxes.find((box) => box.type === type);
  const [infos, locations, iprp, pitm] = [find('iinf'), find('iloc'), find('iprp'), find('pitm')];
  if (!infos || !locations || !iprp) return undefined;
  const isWide = pitm !== undefined && file.readUInt8(pitm.start) > 0;
  return {
    types: new Map(readItems(file, infos).map(({ id, type }) => [id, type])),
    located: new Set((readLocations(file, locations) ?? []).map(({ id }) => id)),
    properties: readProperties(file, iprp),
    references: boxes
      .filter(({ type }) => type === 'iref')
      .flatMap((box) => readReferences(file, box)),
    primary:
      pitm && (isWide ? file.readUInt32BE(pitm.start + 4) : file.readUInt16BE(pitm.start + 4)),
  };
};

const readReferences = (file: Buffer, { start, end }: Box) => {
  const idBytes = file.readUInt8(start) === 0 ? 2 : 4;
  return readBoxes(file, start + 4, end).map((box) => {
    const { next } = cursor(file, box.start);
    const from = next(idBytes);
    return { type: box.type, from, to: Array.from({ length: next(2) }, () => next(idBytes)) };
  });
};

const describePrimary = (file: Buffer, meta: Meta): HeifPicture | undefined => {
  const { primary, types, properties, references } = meta;
  const type = primary === undefined ? undefined : types.get(primary);
  if (primary === undefined || !type || !meta.located.has(primary)) return undefined;
  const own = properties.get(primary) ?? [];
  const size = sizeIn(file, own);
  if (!size) return undefined;
  const parts = listReferences(primary, references);
  const sizes = (parts.length ? parts : [primary]).map((id) =>
    sizeIn(file, properties.get(id) ?? []),
  );
  const pixels = sizes.map((one) => (one ? one.width * one.height : 0));
  const colours = [own, ...parts.slice(0, 1).map((id) => properties.get(id) ?? [])];
  return {
    type,
    codecs: [...new Set((parts.length ? parts : [primary]).map((id) => types.get(id) ?? ''))],
    ...size,
    codedPixels: pixels.reduce((max, one) => Math.max(max, one), 0),
    totalPixels: pixels.reduce((sum, one) => sum + one, 0),
    orientation: combineTurns(own.flatMap((property) => readTurn(file, property) ?? [])),
    isCropped: own.some((property) => property.type === 'clap'),
    hasAlpha: hasAlpha(file, primary, meta),
    ...colours.map((list) => colourIn(file, list)).find((found) => found.icc ?? found.nclx),
  };
};

/** What a picture is derived from: a grid's tiles, an identity's or an overlay's pictures. */
const listReferences = (id: number, references: Meta['references']): number[] =>
  references.filter(({ type, from }) => type === 'dimg' && from === id).flatMap(({ to }) => to);

const sizeIn = (file: Buffer, properties: readonly Property[]) => {
  const box = properties.find(({ type }) => type === 'ispe');
  if (!box) return undefined;
  const [width, height] = [file.readUInt32BE(box.start + 4), file.readUInt32BE(box.start + 8)];
  return width > 0 && height > 0 ? { width, height } : undefined;
};

/** §6.5.10 and §6.5.12: quarter turns anti-clockwise, and a mirror that exchanges top and bottom or left and right. */
const readTurn = (file: Buffer, { type, start }: Property): Turn | undefined => {
  if (type === 'irot') return { anticlockwise: file.readUInt8(start) & 3 };
  if (type === 'imir') return { mirror: file.readUInt8(start) & 1 ? 'sides' : 'top-and-bottom' };
  return undefined;
};

const colourIn = (file: Buffer, properties: readonly Property[]): { icc?: Buffer; nclx?: Nclx } => {
  const found: { icc?: Buffer; nclx?: Nclx } = {};
  for (const { type, start, end } of properties) {
    if (type !== 'colr') continue;
    const kind = file.toString('latin1', start, start + 4);
    if (kind === 'prof' || kind === 'rICC') found.icc = file.subarray(start + 4, end);
    if (kind === 'nclx')
      found.nclx = {
        primaries: file.readUInt16BE(start + 4),
        transfer: file.readUInt16BE(start + 6),
        matrix: file.readUInt16BE(start + 8),
      };
  }
  return found;
};

const hasAlpha = (file: Buffer, primary: number, { references, properties }: Meta): boolean =>
  references
    .filter(({ type, to }) => type === 'auxl' && to.includes(primary))
    .flatMap(({ from }) => properties.get(from) ?? [])
    .filter(({ type }) => type === 'auxC')
    .some(({ start, end }) => /:alpha$|auxid:1$/.test(cString(file.subarray(start + 4, end))));

const cString = (bytes: Buffer): string => bytes.toString('latin1').split('\0', 1)[0] ?? '';
