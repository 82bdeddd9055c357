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

/** The expected outcome of each drawn file, by name. */
export const Expected = z.record(z.string(), Ending.shape.status);

/**
 * Hostile pictures in a temporary folder, drawn by another process so that this one stays small.
 * FAULTS_SEED says which. The folder is removed at the end, unless `keep` is set.
 */
export const drawCorpus = async (
  tools: CommandTools,
  { rounds, keep }: { rounds: number; keep: boolean },
): Promise<Corpus> => {
  const seed = faultsSeed();
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-corpus-'));
  tools.onEnd(() => {
    if (keep) tools.say(`The files are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  const files = join(folder, 'files');
  const expected = join(folder, 'expected.json');
  await tools.step('drawing hostile pictures', () =>
    tools.run(process.execPath, [drawer, files, expected, String(seed), String(rounds)], {
      timeoutMs: drawingTakesMs,
    }),
  );
  const found = Expected.parse(JSON.parse(readFileSync(expected, 'utf8')));
  return { folder: files, expected: new Map(Object.entries(found)) };
};
