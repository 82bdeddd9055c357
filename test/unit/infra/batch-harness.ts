import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach } from 'vitest';
import { runCommand } from '#infra/cli/batch/command.ts';
import { startDeployment } from './batch-deployment.ts';

export const header = 'S. No.,Product Name,Input Image Urls';

/** Rows for as many products, each with one picture. */
export const products = (count: number, url = (n: number) => `https://a.example/${n}.jpg`) =>
  Array.from({ length: count }, (_, n) => `${n + 1},Mug ${n + 1},${url(n)}`);

/** A folder for the CSV and its results, emptied after each test, and deployments that stop with it. */
export const batchHarness = () => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-batch-'));
  const csv = join(folder, 'products.csv');
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  return {
    folder,
    csv,
    results: join(folder, 'products-results.csv'),
    failed: join(folder, 'products-failed.csv'),
    deployment: async (options: Parameters<typeof startDeployment>[0] = {}) => {
      const started = await startDeployment(options);
      ends.push(started.stop);
      return started;
    },
    /** Writes the CSV and runs the command to its end. */
    batch: async (rows: string[] | undefined, ...args: string[]) => {
      if (rows) writeFileSync(csv, [header, ...rows].join('\n'));
      const output = capture();
      const errors = capture();
      const code = await runCommand(args, () => ({}), {
        output: output.stream,
        errors: errors.stream,
      });
      await Promise.all([output, errors].map(({ stream }) => once(stream.end(), 'end')));
      return { code, output: output.text(), errors: errors.text() };
    },
  };
};

/** What was written to a stream. */
const capture = () => {
  const chunks: string[] = [];
  const stream = new PassThrough().setEncoding('utf8').on('data', (text) => chunks.push(text));
  return { stream, text: () => chunks.join('') };
};
