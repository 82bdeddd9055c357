import type { Random } from '#test/faults/random.ts';
import type { HostileFile } from './hostile-files.ts';
import { endings, samples } from './samples.ts';

const headerBytes = 400;
const numbers = [0, 1, 0x7f, 0x80, 0xff];

/** Each changes a few bytes of a copy. */
const damages: Record<string, (bytes: Buffer, random: Random) => void> = {
  'one-bit': (bytes, random) => flip(bytes, bytes.length, 1, random),
  'ten-bits': (bytes, random) => flip(bytes, bytes.length, 10, random),
  'thousand-bits': (bytes, random) => flip(bytes, bytes.length, 1000, random),
  'header-bit': (bytes, random) => flip(bytes, headerBytes, 1, random),
  'header-bits': (bytes, random) => flip(bytes, headerBytes, 5, random),
  'header-byte': (bytes, random) => overwrite(bytes, headerBytes, 1, random),
  'header-bytes': (bytes, random) => overwrite(bytes, headerBytes, 4, random),
  bytes: (bytes, random) => overwrite(bytes, bytes.length, 50, random),
  moved: (bytes, random) => {
    const [from, to] = [placeIn(bytes.length, random), placeIn(bytes.length, random)];
    bytes.copy(bytes, to, from, from + 500);
  },
};
const timesEach = 2;

/** Good files of which chance has changed some bits or bytes. The first eight stay. */
export async function* flips(random: Random): AsyncGenerator<HostileFile> {
  for (const [format, whole] of await samples())
    for (const [name, damage] of Object.entries(damages))
      for (let time = 1; time <= timesEach; time++) {
        const bytes = Buffer.from(whole);
        damage(bytes, random);
        whole.copy(bytes, 0, 0, 8); // else it would be no picture at all
        yield { name: `flips/${name}-${time}.${endings[format]}`, bytes };
      }
}

const placeIn = (length: number, random: Random) => Math.floor(random.next() * length);

const flip = (bytes: Buffer, within: number, times: number, random: Random) => {
  for (let time = 0; time < times; time++) {
    const at = placeIn(Math.min(within, bytes.length), random);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << placeIn(8, random)), at);
  }
};

const overwrite = (bytes: Buffer, within: number, times: number, random: Random) => {
  for (let time = 0; time < times; time++)
    bytes.writeUInt8(random.pick(numbers), placeIn(Math.min(within, bytes.length), random));
};
