import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { CommandTools } from '#infra/cli/run-command.ts';
import { faultsSeed } from '#test/faults/random.ts';
import type { Corpus } from './files.ts';
import { Ending } from './tasks.ts';

const drawer = fileURLToPath(new URL('./draw.ts', import.meta.url));
const drawingTakesMs = 300_000;

/** How the drawn files have to end, by name. */
export const Expected = z.record(z.string(), Ending.shape.status);

/**
 * Hostile pictures in a folder of their own, drawn by another process so that this one stays small.
 * FAULTS_SEED says which. The folder goes with the lane, unless it is to be kept.
 */
export const drawCorpus = async (
  lane: CommandTools,
  { rounds, keep }: { rounds: number; keep: boolean },
): Promise<Corpus> => {
  const seed = faultsSeed();
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-corpus-'));
  lane.onEnd(() => {
    if (keep) lane.say(`The files are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  const files = join(folder, 'files');
  const expected = join(folder, 'expected.json');
  await lane.step('drawing hostile pictures', () =>
    lane.run(process.execPath, [drawer, files, expected, String(seed), String(rounds)], {
      timeoutMs: drawingTakesMs,
    }),
  );
  const found = Expected.parse(JSON.parse(readFileSync(expected, 'utf8')));
  return { folder: files, expected: new Map(Object.entries(found)) };
};
