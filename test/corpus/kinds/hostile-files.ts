import type { Random } from '#test/faults/random.ts';
import type { Ending } from '../tasks.ts';
import { cuts } from './cuts.ts';
import { disguises } from './disguises.ts';
import { exifMazes } from './exif-mazes.ts';
import { flips } from './flips.ts';
import { giants } from './giants.ts';
import { names } from './names.ts';
import { repeatedParts } from './repeated-parts.ts';
import { sizesInHeaders } from './sizes-in-headers.ts';
import { variants } from './variants.ts';

/** An untrusted file; `ends` where only one outcome is correct. */
export type HostileFile = { name: string; bytes: Uint8Array; ends?: Ending['status'] };

/** Every kind of hostile file that we know; the same random source gives the same files. */
export async function* hostileFiles(random: Random, rounds: number): AsyncGenerator<HostileFile> {
  yield* variants();
  yield* names();
  yield* disguises(random);
  yield* repeatedParts();
  yield* giants();
  for (let round = 1; round <= rounds; round++) {
    for (const kind of [cuts, flips, sizesInHeaders, exifMazes])
      for await (const file of kind(random))
        yield { ...file, name: file.name.replace('/', `/${round}-`) };
  }
}
