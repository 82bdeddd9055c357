/** An entry of a TIFF directory: type and bytes as they shall stand in the file, right or wrong. */
export type Entry = { tag: number; type: number; count: number; bytes: Buffer };

type Directories = {
  ifd0?: Entry[];
  exif?: Entry[];
  gps?: Entry[];
  bigEndian?: boolean;
  /** Bytes between the header and the directories, as scanners write them. */
  pixelsFirst?: number;
  /** The standard wants this pointer in the first directory, and pointers as longs. */
  gpsPointerIn?: 'ifd0' | 'exif';
  pointersAs?: 'long' | 'short';
};

const u16 = (value: number, bigEndian: boolean) => {
  const bytes = Buffer.alloc(2);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(0, value, !bigEndian);
  return bytes;
};

const u32 = (value: number, bigEndian: boolean) => {
  const bytes = Buffer.alloc(4);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, value, !bigEndian);
  return bytes;
};

export const text = (tag: number, value: string | Buffer, type = 2): Entry => {
  const bytes = Buffer.concat([Buffer.from(value), Buffer.alloc(1)]);
  return { tag, type, count: bytes.length, bytes };
};

export const rationals = (tag: number, pairs: [number, number][], bigEndian = false): Entry => ({
  tag,
  type: 5,
  count: pairs.length,
  bytes: Buffer.concat(pairs.flat().map((number) => u32(number, bigEndian))),
});

export const signedRationals = (tag: number, pairs: [number, number][]): Entry => {
  const unsigned = pairs.map(([one, other]) => [one >>> 0, other] as [number, number]);
  return { ...rationals(tag, unsigned), type: 10 };
};

export const long = (tag: number, value: number): Entry => ({
  tag,
  type: 4,
  count: 1,
  bytes: u32(value, false),
});

export const short = (tag: number, value: number, bigEndian = false): Entry => ({
  tag,
  type: 3,
  count: 1,
  bytes: u16(value, bigEndian),
});

export const byte = (tag: number, value: number): Entry => ({
  tag,
  type: 1,
  count: 1,
  bytes: Buffer.from([value]),
});

export const binary = (tag: number, length: number): Entry => ({
  tag,
  type: 7,
  count: length,
  bytes: Buffer.alloc(length, 0x80),
});

/** A TIFF structure written by hand: what no library would write, some camera or attacker will. */
export const tiffBlock = (directories: Directories): Buffer => {
  const { ifd0 = [], gps, bigEndian = false, pixelsFirst = 0 } = directories;
  const { gpsPointerIn = 'ifd0', pointersAs = 'long' } = directories;
  const mainAt = 8 + pixelsFirst;
  const type = pointersAs === 'long' ? 4 : 3;
  const pointer = (tag: number): Entry => ({ tag, type, count: 1, bytes: Buffer.alloc(4) });
  const gpsPointer = gps ? [pointer(0x8825)] : [];
  const isInExif = gpsPointerIn === 'exif';
  const exif =
    directories.exif || isInExif
      ? [...(directories.exif ?? []), ...(isInExif ? gpsPointer : [])]
      : undefined;
  const main = [...ifd0, ...(exif ? [pointer(0x8769)] : []), ...(isInExif ? [] : gpsPointer)];
  const directoryBytes = (entries: Entry[]) =>
    2 +
    entries.length * 12 +
    4 +
    entries.reduce((sum, { bytes }) => sum + (bytes.length > 4 ? bytes.length : 0), 0);
  const exifAt = mainAt + directoryBytes(main);
  const gpsAt = exifAt + (exif ? directoryBytes(exif) : 0);
  const pointed = pointersAs === 'long' ? u32 : u16;
  for (const entry of [...main, ...(exif ?? [])]) {
    if (entry.tag === 0x8769) entry.bytes = pointed(exifAt, bigEndian);
    if (entry.tag === 0x8825) entry.bytes = pointed(gpsAt, bigEndian);
  }
  const directory = (entries: Entry[], start: number) => {
    let valueAt = start + 2 + entries.length * 12 + 4;
    const values: Buffer[] = [];
    const rows = entries.map(({ tag, type, count, bytes }) => {
      const isInline = bytes.length <= 4;
      const place = isInline
        ? Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)])
        : u32(valueAt, bigEndian);
      if (!isInline) {
        values.push(bytes);
        valueAt += bytes.length;
      }
      return Buffer.concat([
        u16(tag, bigEndian),
        u16(type, bigEndian),
        u32(count, bigEndian),
        place,
      ]);
    });
    return Buffer.concat([u16(entries.length, bigEndian), ...rows, Buffer.alloc(4), ...values]);
  };
  return Buffer.concat([
    Buffer.from(bigEndian ? 'MM\0*' : 'II*\0', 'latin1'),
    u32(mainAt, bigEndian),
    Buffer.alloc(pixelsFirst),
    directory(main, mainAt),
    ...(exif ? [directory(exif, exifAt)] : []),
    ...(gps ? [directory(gps, gpsAt)] : []),
  ]);
};

const segment = (marker: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0xff, marker]), u16(body.length + 2, true), body]);

/** A JPEG's beginning: `before` bytes of other segments, then EXIF, then the start of a scan. */
export const jpegWith = (block: Buffer, before = 0): Buffer => {
  const others = Array.from({ length: Math.ceil(before / 60_000) }, () =>
    segment(0xe2, Buffer.alloc(60_000)),
  );
  const app1 = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...others,
    app1,
    segment(0xda, Buffer.alloc(9)),
  ]);
};
