/**
 * Decoder settings (`hvcC`) and four coded pictures of 64 × 64 pixels of one colour each, drawn for
 * this purpose and coded by x265; everything around them is put together below.
 */
const settings =
  'AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQA==';
const coded = {
  red: 'AAAAGygBrwT4QTJp2//Au///+yjHZf3RIaT0cYNvwA==',
  green: 'AAAAGigBrwT4QTJp2/5h///+60f//yuhpPRxg2/A',
  blue: 'AAAAGygBrwT4QTJp2//Mu/+R/k/Xf/9w9iT0cYNvwA==',
  yellow: 'AAAAGygBrwT4QTJpy//dh////mtXdl94oaT0cYNvwA==',
} as const;

export type TileColour = keyof typeof coded;

/** What the tiles look like when they are decoded, give or take two. */
export const tileColours = {
  red: [220, 30, 30],
  green: [30, 180, 60],
  blue: [40, 60, 220],
  yellow: [240, 220, 40],
} as const;

export const tileSide = 64;

export type HeicDrawing = {
  /** Row by row. Two rows of two by default: red, green, blue, yellow. */
  tiles?: readonly (readonly TileColour[])[];
  /** Less than all tiles where the last of a row or column is padded. */
  width?: number;
  height?: number;
  /** Quarter turns anti-clockwise, and the mirror's axis, in this order (`irot`, `imir`). */
  irot?: number;
  imir?: number;
  icc?: Buffer;
  nclx?: { primaries: number; transfer: number };
  /** A TIFF block with tags. */
  exif?: Buffer;
  /** Pictures beside the picture: a thumbnail and a depth map. */
  beside?: boolean;
  brands?: string;
};

const u8 = (...values: number[]) => Buffer.from(values);
const u16 = (...values: number[]) =>
  Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};
const latin = (text: string) => Buffer.from(text, 'latin1');

/** A box of ISO 14496-12, and one with version and flags. */
const box = (type: string, ...contents: Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  return Buffer.concat([u32(8 + body.length), latin(type), body]);
};
const fullBox = (type: string, version: number, flags: number, ...contents: Buffer[]) =>
  box(type, u32(version * 2 ** 24 + flags), ...contents);

type Item = { type: string; data: Buffer; properties: Buffer[]; hidden?: boolean };
type Reference = { type: string; from: number; to: number[] };

/** A HEIC of coloured tiles, which every decoder of HEVC reads: 128 × 128 pixels by default. */
export const drawnHeic = (drawing: HeicDrawing = {}): Buffer => {
  const {
    tiles = [
      ['red', 'green'],
      ['blue', 'yellow'],
    ],
  } = drawing;
  const all = tiles.flat();
  const isGrid = all.length > 1;
  const items = all.map((colour) => codedItem(colour, isGrid));
  const references: Reference[] = [];
  if (isGrid) {
    items.push(gridItem(drawing, tiles));
    references.push({ type: 'dimg', from: items.length, to: all.map((_, index) => index + 1) });
  }
  const primary = items.length;
  items[primary - 1]?.properties.push(...turnsAndColours(drawing));
  if (drawing.beside) {
    items.push(codedItem('yellow', false), depthItem());
    references.push({ type: 'thmb', from: primary + 1, to: [primary] });
    references.push({ type: 'auxl', from: primary + 2, to: [primary] });
  }
  if (drawing.exif) {
    const data = Buffer.concat([u32(6), latin('Exif\0\0'), drawing.exif]);
    items.push({ type: 'Exif', data, properties: [] });
    references.push({ type: 'cdsc', from: items.length, to: [primary] });
  }
  return assemble(items, references, primary, drawing.brands ?? 'heic\0\0\0\0mif1heic');
};

const sizeBox = (width: number, height: number) => fullBox('ispe', 0, 0, u32(width, height));
const decoder = () => box('hvcC', Buffer.from(settings, 'base64'));

const codedItem = (colour: TileColour, hidden: boolean): Item => ({
  type: 'hvc1',
  data: Buffer.from(coded[colour], 'base64'),
  properties: [sizeBox(tileSide, tileSide), decoder()],
  hidden,
});

const depthItem = (): Item => {
  const item = codedItem('blue', false);
  const kind = fullBox('auxC', 0, 0, latin('urn:mpeg:hevc:2015:auxid:2\0'));
  return { ...item, properties: [...item.properties, kind] };
};

const gridItem = (
  { width, height }: HeicDrawing,
  tiles: readonly (readonly TileColour[])[],
): Item => {
  const [rows, columns] = [tiles.length, tiles[0]?.length ?? 1];
  const [across, down] = [width ?? columns * tileSide, height ?? rows * tileSide];
  return {
    type: 'grid',
    data: Buffer.concat([u8(0, 0, rows - 1, columns - 1), u16(across, down)]),
    properties: [sizeBox(across, down)],
  };
};

const turnsAndColours = ({ irot, imir, icc, nclx }: HeicDrawing): Buffer[] => [
  ...(icc ? [box('colr', latin('prof'), icc)] : []),
  ...(nclx ? [box('colr', latin('nclx'), u16(nclx.primaries, nclx.transfer, 6), u8(0x80))] : []),
  ...(irot === undefined ? [] : [box('irot', u8(irot))]),
  ...(imir === undefined ? [] : [box('imir', u8(imir))]),
];

const assemble = (
  items: readonly Item[],
  references: readonly Reference[],
  primary: number,
  brands: string,
): Buffer => {
  const start = box('ftyp', latin(brands));
  const metaAt = (dataAt: number) => metaBox(items, references, primary, dataAt);
  const dataAt = start.length + metaAt(0).length + 8;
  return Buffer.concat([start, metaAt(dataAt), box('mdat', ...items.map(({ data }) => data))]);
};

const metaBox = (
  items: readonly Item[],
  references: readonly Reference[],
  primary: number,
  dataAt: number,
): Buffer => {
  let at = dataAt;
  const places = items.map(({ data }, index) => {
    const place = Buffer.concat([u16(index + 1, 0, 1), u32(at, data.length)]);
    at += data.length;
    return place;
  });
  const infos = items.map(({ type, hidden }, index) =>
    fullBox('infe', 2, hidden ? 1 : 0, u16(index + 1, 0), latin(type), u8(0)),
  );
  const properties = items.flatMap((item) => item.properties);
  let used = 0;
  const associations = items.map((item, index) =>
    Buffer.concat([
      u16(index + 1),
      u8(item.properties.length, ...item.properties.map(() => ++used)),
    ]),
  );
  return fullBox(
    'meta',
    0,
    0,
    fullBox('hdlr', 0, 0, u32(0), latin('pict'), u32(0, 0, 0), u8(0)),
    fullBox('pitm', 0, 0, u16(primary)),
    fullBox('iloc', 0, 0, u16(0x4400, items.length), ...places),
    fullBox('iinf', 0, 0, u16(items.length), ...infos),
    box(
      'iprp',
      box('ipco', ...properties),
      fullBox('ipma', 0, 0, u32(items.length), ...associations),
    ),
    fullBox(
      'iref',
      0,
      0,
      ...references.map(({ type, from, to }) => box(type, u16(from, to.length, ...to))),
    ),
  );
};
