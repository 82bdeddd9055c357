type Entry = { tag: number; type: number; count: number; value: Buffer };

/** A BigTIFF by hand: libvips writes no EXIF into TIFF. Values of eight bytes or less stand inline. */
export const bigTiff = ({ bigEndian = false } = {}): Buffer => {
  const number = (width: 2 | 8, value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    const short = bytes.subarray(0, width);
    return bigEndian ? Buffer.from(short).reverse() : short;
  };
  const text = (tag: number, value: string): Entry => {
    const bytes = Buffer.from(`${value}\0`);
    return { tag, type: 2, count: bytes.length, value: bytes };
  };
  const short = (tag: number, value: number): Entry => ({
    tag,
    type: 3,
    count: 1,
    value: number(2, value),
  });
  const directory = (at: number, entries: Entry[]): Buffer => {
    let valueAt = at + 8 + entries.length * 20 + 8;
    const values: Buffer[] = [];
    const rows = entries.map(({ tag, type, count, value }) => {
      const isInline = value.length <= 8;
      const last = isInline ? Buffer.concat([value, Buffer.alloc(8)]) : number(8, valueAt);
      if (!isInline) values.push(value);
      if (!isInline) valueAt += value.length;
      return Buffer.concat([
        number(2, tag),
        number(2, type),
        number(8, count),
        last.subarray(0, 8),
      ]);
    });
    return Buffer.concat([number(8, entries.length), ...rows, Buffer.alloc(8), ...values]);
  };
  const main = (exifAt: number) => [
    text(0x010f, 'A long name'),
    text(0x0110, 'Short'),
    short(0x0112, 6),
    { tag: 0x8769, type: 18, count: 1, value: number(8, exifAt) },
  ];
  const exifAt = 16 + directory(16, main(0)).length;
  return Buffer.concat([
    Buffer.from(bigEndian ? 'MM\0+' : 'II+\0'),
    number(2, 8),
    number(2, 0),
    number(8, 16),
    directory(16, main(exifAt)),
    directory(exifAt, [short(0x8827, 640)]),
  ]);
};
