/** Numbers, and how many bits each takes. */
export type Fields = [value: number, bits: number][];

const bits = (fields: Fields): Buffer => {
  const text = fields.map(([value, width]) => value.toString(2).padStart(width, '0')).join('');
  const bytes = text.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
};

/** A sequence header of AV1, field by field. */
export const sequence = (fields: Fields): Buffer => {
  const body = bits(fields);
  return Buffer.concat([Buffer.from([0x0a, body.length]), body]);
};

/** A frame of AV1 that no decoder would take, and no walker looks into. */
export const frame = Buffer.from([0x32, 1, 0]);

/** A coded still picture of 4:2:0 with 8 bits, without anything to see. */
export const avifStill = (width: number, height: number): Buffer => {
  const fields: Fields = [
    [0, 3],
    [1, 1],
    [1, 1],
    [8, 5],
    [15, 4],
    [15, 4],
  ];
  const size: Fields = [
    [width - 1, 16],
    [height - 1, 16],
    [0, 6],
    [0, 1],
    [0, 1],
  ];
  return Buffer.concat([sequence([...fields, ...size]), frame]);
};

const box = (type: string, ...contents: Buffer[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + contents.reduce((sum, { length }) => sum + length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...contents]);
};

const u16 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** Items count from 1; each holds `data` as often as is said, and is put together of others. */
export type HandmadeItem = { type: string; data: Buffer; times?: number; of?: number[] };

/**
 * An AVIF's boxes as no encoder would write them, with all items' data in front: equal data is
 * written once. `metas` lists the items as often as that.
 */
export const avifBlock = (items: HandmadeItem[], metas = 1): Buffer => {
  const data = [...new Set(items.map((item) => item.data))];
  const findOffset = (wanted: Buffer) =>
    8 + data.slice(0, data.indexOf(wanted)).reduce((sum, { length }) => sum + length, 0);
  const infos = items.map(({ type }, index) =>
    box('infe', u32(0x0200_0000), u16(index + 1, 0), Buffer.from(type, 'latin1')),
  );
  const places = items.map((item, index) => {
    const extent = Buffer.concat([u32(findOffset(item.data)), u32(item.data.length)]);
    const extents = Array.from({ length: item.times ?? 1 }, () => extent);
    return Buffer.concat([u16(index + 1, 0, extents.length), ...extents]);
  });
  const references = items.flatMap(({ of = [] }, index) =>
    of.length > 0 ? [box('dimg', u16(index + 1, of.length, ...of))] : [],
  );
  const meta = box(
    'meta',
    u32(0),
    box('iinf', u32(0), u16(items.length), ...infos),
    box('iloc', u32(0), u16(0x4400, items.length), ...places),
    box('iref', u32(0), ...references),
  );
  return Buffer.concat([box('mdat', ...data), ...Array.from({ length: metas }, () => meta)]);
};
