import type { Random } from '#test/faults/random.ts';
import type { HostileFile } from './hostile-files.ts';
import { endings, samples } from './samples.ts';

/** Bytes after which a header ends in the middle of something, whatever the format. */
const early = [1, 3, 4, 8, 12, 20, 33, 50, 100, 200];
const late = [-1, -2, -12];
const cutsByChance = 5;

/** Files that end too soon, lack a part, or go on behind their end. */
export async function* cuts(random: Random): AsyncGenerator<HostileFile> {
  for (const [format, bytes] of await samples()) {
    const ending = endings[format];
    const somewhere = () => Math.floor(random.next() * bytes.length);
    const chosen = Array.from({ length: cutsByChance }, somewhere);
    for (const end of new Set([...early, ...chosen, ...late]))
      yield { name: `cuts/to${end}.${ending}`, bytes: bytes.subarray(0, end) };

    const [from, to] = [somewhere(), somewhere()].toSorted((one, other) => one - other);
    const without = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    yield { name: `cuts/without-${from}-${to}.${ending}`, bytes: without };
    const blank = Buffer.from(bytes).fill(0, from, to);
    yield { name: `cuts/blank-${from}-${to}.${ending}`, bytes: blank };
    const twice = Buffer.concat([bytes, bytes]);
    yield { name: `cuts/twice.${ending}`, bytes: twice, ends: 'done' };
    const longer = Buffer.concat([bytes, Buffer.alloc(100_000, 'noise')]);
    yield { name: `cuts/longer.${ending}`, bytes: longer, ends: 'done' };
  }
}
