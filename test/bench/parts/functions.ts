import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { modulePath } from '#infra/deploy/bundle.ts';
import { functions as entries } from '#test/architecture/template.ts';
import { packageAll, readEnvironment, type Zip } from '#test/package/packaged.ts';
import { type Figure, megabytes, type Part } from '../support/report.ts';

const maxMs = 200;
const lengths = { short: 3, full: 9 };
const sharp = 'node_modules/sharp/package.json';

/** What Lambda does at a cold start: it imports the module of the handler, once, in a new process. */
export const functions: Part = {
  name: 'functions',
  run: async (length) => {
    const { template, zips, remove } = await packageAll();
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-functions-'));
    try {
      // Lambda's sharp is for another processor, perhaps: it is measured with the one of this machine.
      symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
      const env = { ...readEnvironment(template), AWS_REGION: 'us-east-1' };
      const packed = entries.map(([name, { handler }]) => {
        const zip = zips.get(name);
        if (!zip) throw new Error(`There is no zip of ${name}.`);
        unpack(zip, join(folder, name));
        const module = join(folder, name, `${modulePath(handler)}.mjs`);
        return { name, zip, module, values: [] as number[] };
      });
      for (let round = 0; round < lengths[length]; round++)
        for (const { module, values } of packed) values.push(await importTime(module, env));

      const figures = packed
        .map(({ name, zip, values }): Figure => {
          const needsSharp = sharp in zip.files;
          return {
            what: `${name}${needsSharp ? ', sharp' : ''}; zip ${megabytes(zip.bytes.length)}`,
            values,
            unit: 'ms',
            ...(!needsSharp && { atMost: maxMs }),
          };
        })
        .sort((one, other) => Math.min(...other.values) - Math.min(...one.values));
      return {
        title: 'Functions',
        how:
          'The import of each function as it is packaged for Lambda, in a new process, with its ' +
          'environment there; and the size of its zip.',
        figures,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
      remove();
    }
  },
};

const unpack = ({ files }: Zip, folder: string): void => {
  for (const [path, bytes] of Object.entries(files)) {
    if (path.startsWith('node_modules/')) continue;
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
};

const program = `
  const startedAt = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - startedAt));
  process.exit(0);
`;

/** Milliseconds. */
const importTime = async (module: string, env: Record<string, string>): Promise<number> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program, pathToFileURL(module).href],
    { env },
  );
  return Number(stdout);
};
