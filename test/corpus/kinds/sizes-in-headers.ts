import { crc32 } from 'node:zlib';
import type { Random } from '#test/faults/random.ts';
import type { DrawnFormat } from '#test/support/drawn-pictures.ts';
import type { HostileFile } from './hostile-files.ts';
import { endings, samples } from './samples.ts';

const lengths = [
  0,
  1,
  2,
  239,
  241,
  5_000,
  16_383,
  16_384,
  65_535,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 32 - 1,
];
const pairsByChance = 8;

type SetSize = (bytes: Buffer, width: number, height: number) => void;

/** The lowest bits that fit. */
const u16 = (value: number) => value % 2 ** 16;
const u24 = (value: number) => value % 2 ** 24;

/** Where each format says how large it is; nothing else is changed. */
const setSize: Record<DrawnFormat, SetSize> = {
  jpeg: (bytes, width, height) => {
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    bytes.writeUInt16BE(u16(height), frame + 5);
    bytes.writeUInt16BE(u16(width), frame + 7);
  },
  png: (bytes, width, height) => {
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  },
  gif: (bytes, width, height) => {
    bytes.writeUInt16LE(u16(width), 6);
    bytes.writeUInt16LE(u16(height), 8);
    const frame = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0]));
    bytes.writeUInt16LE(u16(width), frame + 5);
    bytes.writeUInt16LE(u16(height), frame + 7);
  },
  webp: (bytes, width, height) => {
    bytes.writeUIntLE(u24(width), 24, 3); // of the VP8X chunk, which counts from one
    bytes.writeUIntLE(u24(height), 27, 3);
    const frame = bytes.indexOf(Buffer.from([0x9d, 0x01, 0x2a])); // RFC 6386 §9.1
    bytes.writeUInt16LE(u16(width) & 0x3fff, frame + 3);
    bytes.writeUInt16LE(u16(height) & 0x3fff, frame + 5);
  },
  avif: (bytes, width, height) => {
    const property = bytes.indexOf('ispe', 0, 'latin1');
    bytes.writeUInt32BE(width, property + 8);
    bytes.writeUInt32BE(height, property + 12);
  },
  tiff: (bytes, width, height) => {
    const directory = bytes.readUInt32LE(4);
    for (let entry = 0; entry < bytes.readUInt16LE(directory); entry++) {
      const at = directory + 2 + entry * 12;
      const tag = bytes.readUInt16LE(at);
      if (tag !== 0x0100 && tag !== 0x0101) continue;
      bytes.writeUInt16LE(4, at + 2); // a long
      bytes.writeUInt32LE(tag === 0x0100 ? width : height, at + 8);
    }
  },
};

/** Small pictures that claim to be of any size. */
export async function* sizesInHeaders(random: Random): AsyncGenerator<HostileFile> {
  for (const [format, whole] of await samples())
    for (let pair = 1; pair <= pairsByChance; pair++) {
      const bytes = Buffer.from(whole);
      const [width, height] = [random.pick(lengths), random.pick(lengths)];
      setSize[format](bytes, width, height);
      yield { name: `sizes/${pair}-${width}-by-${height}.${endings[format]}`, bytes };
    }
}
