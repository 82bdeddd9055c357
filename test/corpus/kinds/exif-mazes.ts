import { crc32 } from 'node:zlib';
import type { Random } from '#test/faults/random.ts';
import type { HostileFile } from './hostile-files.ts';
import { endings, samples } from './samples.ts';

type Row = { tag: number; type: number; count: number; place: number };

const tags = [
  ...[0x8769, 0x8825, 0xa005, 0x014a], // EXIF, GPS, interoperability, further directories
  ...[0x010f, 0x0110, 0x0112, 0x0132, 0x829a, 0x829d, 0x8827, 0x9003, 0x920a, 0x9286, 0xa434],
  ...[0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x001b, 0x927c, 0x9c9b, 0xea1c, 0xffff, 0],
];
const types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 129, 65_535];
const counts = [0, 1, 2, 3, 4, 5, 8, 100, 65_535, 2 ** 31, 2 ** 32 - 1];
const places = [0, 1, 4, 8, 10, 26, 100, 200, 65_535, 2 ** 31, 2 ** 32 - 1];

/** A TIFF structure of one directory, whose rows may point anywhere: back to it, too. */
const directory = (rows: readonly Row[], claimed = rows.length, next = 8): Buffer => {
  const bytes = Buffer.alloc(8 + 2 + rows.length * 12 + 4);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(claimed, 8);
  for (const [index, { tag, type, count, place }] of rows.entries()) {
    const at = 10 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(place, at + 8);
  }
  bytes.writeUInt32LE(next, 10 + rows.length * 12);
  return bytes;
};

const pointer = (tag: number, place: number): Row => ({ tag, type: 4, count: 1, place });

const known: Record<string, Buffer> = {
  'in-a-circle': directory([pointer(0x8769, 8), pointer(0x8825, 8), pointer(0xa005, 8)]),
  'endless-rows': directory([pointer(0x8769, 8)], 65_535),
  'beyond-the-end': directory([pointer(0x8769, 2 ** 32 - 2), pointer(0x8825, 2 ** 31)]),
  'claims-all-memory': directory(
    [0x010f, 0x9003, 0x829a, 0x9286].map((tag, at) => ({
      tag,
      type: at + 2,
      count: 2 ** 32 - 1,
      place: 8,
    })),
  ),
  'no-directory': Buffer.from('II*\0\xff\xff\xff\xff', 'latin1'),
  'unknown-byte-order': Buffer.from('IM*\0\x08\0\0\0', 'latin1'),
};
const mazesByChance = 4;

const byChance = (random: Random): Buffer => {
  const rows = Array.from({ length: 1 + Math.floor(random.next() * 20) }, () => ({
    tag: random.pick(tags),
    type: random.pick(types),
    count: random.pick(counts),
    place: random.pick(places),
  }));
  return directory(rows, random.pick([rows.length, rows.length, 0, 65_535]), random.pick(places));
};

/** Valid pictures with tag structures that loop or mislead. The picture must be processed without them. */
export async function* exifMazes(random: Random): AsyncGenerator<HostileFile> {
  const chosen = Array.from({ length: mazesByChance }, (_, n) => [
    `chance-${n + 1}`,
    byChance(random),
  ]);
  const mazes: Record<string, Buffer> = { ...known, ...Object.fromEntries(chosen) };
  for (const [format, whole] of await samples()) {
    if (format === 'gif' || format === 'tiff') continue; // no place for it; the whole file is one
    const at = Math.max(whole.indexOf('II*\0', 0, 'latin1'), whole.indexOf('MM\0*', 0, 'latin1'));
    for (const [name, maze] of Object.entries(mazes)) {
      const bytes = Buffer.from(whole);
      maze.copy(bytes, at);
      if (format === 'png') renewChecksum(bytes, 'eXIf');
      yield { name: `exif/${name}.${endings[format]}`, bytes, ends: 'done' };
    }
  }
}

const renewChecksum = (png: Buffer, type: string): void => {
  const at = png.indexOf(type, 0, 'latin1');
  const end = at + 4 + png.readUInt32BE(at - 4);
  png.writeUInt32BE(crc32(png.subarray(at, end)), end);
};
