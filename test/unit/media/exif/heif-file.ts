const box = (type: string, ...contents: Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
};

type HeifItem = {
  type: string;
  contentType?: string;
  data: Buffer;
  /** ISO 14496-12 §8.11.3: 0 for a place in the file, 1 for one in the list's own data. */
  method?: 0 | 1;
  /** In how many pieces the data lies. */
  pieces?: number;
};

/** A HEIC or AVIF that holds one item and no picture: `ftyp`, `meta` with its lists, `mdat`. */
export const makeHeif = (brand: string, item: HeifItem): Buffer => {
  const { type, contentType, data, method = 0, pieces = 1 } = item;
  const names = contentType === undefined ? '' : `\0${contentType}\0`;
  const entry = box('infe', u32(0x0200_0000, 0x0001_0000), Buffer.from(type + names, 'latin1'));
  const pieceBytes = Math.ceil(data.length / pieces);
  const metaFrom = (dataAt: number) => {
    const extents = Array.from({ length: pieces }, (_, index) => {
      const start = index * pieceBytes;
      return u32(dataAt + start, Math.min(pieceBytes, data.length - start));
    });
    // Version 1, offsets and lengths of four bytes, one item with number 1.
    const head = Buffer.from([1, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, method, 0, 0, 0, pieces]);
    return box(
      'meta',
      u32(0),
      box('iinf', Buffer.from([0, 0, 0, 0, 0, 1]), entry),
      box('iloc', head, ...extents),
      ...(method === 1 ? [box('idat', data)] : []),
    );
  };
  const start = box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1'));
  if (method === 1) return Buffer.concat([start, metaFrom(0)]);
  const dataAt = start.length + metaFrom(0).length + 8;
  return Buffer.concat([start, metaFrom(dataAt), box('mdat', data)]);
};
