import { expect, test } from 'vitest';
import { readInMemory as read } from './read-in-memory.ts';
import { type Entry, jpegWith, rationals, short, text, tiffBlock } from './tiff-block.ts';

const makerNote = (bytes: Buffer): Entry => ({ tag: 0x927c, type: 7, count: bytes.length, bytes });
const lensTag = (name: string) => text(0xa434, name);
const latin = (value: string) => Buffer.from(value, 'latin1');

const readLens = async (make: string, note: Buffer, ...exif: Entry[]) => {
  const block = tiffBlock({ ifd0: [text(0x010f, make)], exif: [makerNote(note), ...exif] });
  const found = await read(jpegWith(block));
  return { lens: found.exif?.lensModel, source: found.exif?.sources?.['lensModel'] };
};

/** A directory of one text, whose offset counts from `base` bytes before the directory. */
const directory = (tag: number, value: string, base: number): Buffer => {
  const bytes = Buffer.alloc(18 + value.length + 1);
  bytes.writeUInt16LE(1, 0);
  bytes.writeUInt16LE(tag, 2);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt32LE(value.length + 1, 6);
  bytes.writeUInt32LE(base + 18, 10);
  bytes.write(value, 18, 'latin1');
  return bytes;
};

/** These count from the beginning of the TIFF structure, so the note must know where it stands. */
const noteThatCountsFromTiff = (
  make: string,
  start: string,
  tag: number,
  value: string,
): Buffer => {
  const noteFor = (noteAt: number) =>
    Buffer.concat([latin(start), directory(tag, value, noteAt + start.length)]);
  const block = tiffBlock({ ifd0: [text(0x010f, make)], exif: [makerNote(noteFor(0))] });
  return noteFor(block.indexOf(noteFor(0)));
};

test.each([
  ['Canon', '', 0x0095, 'EF16-35mm f/2.8L II USM'],
  ['Panasonic', 'Panasonic\0\0\0', 0x0051, 'LUMIX G VARIO 14-45/F3.5-5.6'],
])('the maker note of a %s names the lens in words', async (make, start, tag, name) => {
  const note = noteThatCountsFromTiff(make, start, tag, name);

  expect(await readLens(make, note)).toEqual({ lens: name, source: 'maker_note' });
});

test.each(['OLYMPUS\0II\x03\0', 'OM SYSTEM\0\0\0II\x04\0'])(
  'the maker note that begins with %j names the lens among the equipment',
  async (start) => {
    const equipmentAt = start.length + 18;
    const main = Buffer.alloc(18);
    main.writeUInt16LE(1, 0);
    main.writeUInt16LE(0x2010, 2);
    main.writeUInt16LE(13, 4);
    main.writeUInt32LE(1, 6);
    main.writeUInt32LE(equipmentAt, 10);
    const equipment = directory(0x0203, 'OLYMPUS M.17mm F1.8', equipmentAt);

    const note = Buffer.concat([latin(start), main, equipment]);

    expect(await readLens('OLYMPUS', note)).toEqual({
      lens: 'OLYMPUS M.17mm F1.8',
      source: 'maker_note',
    });
  },
);

const nikonNote = (...pairs: [number, number][]) =>
  Buffer.concat([latin('Nikon\0\x02\x10\0\0'), tiffBlock({ ifd0: [rationals(0x0084, pairs)] })]);

test.each([
  [
    '18-70mm f/3.5-4.5',
    [
      [180, 10],
      [700, 10],
      [35, 10],
      [45, 10],
    ],
  ],
  [
    '24mm f/2.8',
    [
      [24, 1],
      [24, 1],
      [28, 10],
      [28, 10],
    ],
  ],
] as [string, [number, number][]][])(
  'the note of a Nikon gives the lens %s by numbers',
  async (name, pairs) => {
    expect(await readLens('NIKON', nikonNote(...pairs))).toEqual({
      lens: name,
      source: 'maker_note',
    });
  },
);

test('a maker note with numbers of 0 names no lens', async () => {
  const note = nikonNote([0, 1], [0, 1], [0, 1], [0, 1]);

  expect(await readLens('NIKON', note, short(0x8827, 100))).toEqual({
    lens: null,
    source: undefined,
  });
});

test('the lens tag of EXIF has precedence over the maker note', async () => {
  const note = nikonNote([24, 1], [24, 1], [28, 10], [28, 10]);

  expect(await readLens('NIKON', note, lensTag('Own words'))).toEqual({
    lens: 'Own words',
    source: undefined,
  });
});

test('a maker note that is truncated, or of another maker, names no lens', async () => {
  const note = nikonNote([24, 1], [24, 1], [28, 10], [28, 10]);

  for (const bytes of [note.subarray(0, 30), Buffer.from('Any maker'), Buffer.alloc(6)])
    expect((await readLens('Canon', bytes)).lens ?? null).toBeNull();
});
