import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandTools } from '#infra/cli/run-command.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { nodePackages } from './node-packages.ts';

const programs = fileURLToPath(new URL('./openapi-clients', import.meta.url));

/** Spectral, openapi-typescript and openapi-fetch. Throws ToolMissingError where they cannot be installed. */
export const openapiPackages = (tools: CommandTools): Promise<string> =>
  nodePackages(tools, programs);

type Service = { baseUrl: string; apiKey: string };

/**
 * Reads the document of a running Darkroom as programs of others do: Spectral finds nothing to say about
 * it, with aliases and without, and a client whose types come from it compiles strictly and works.
 */
export const runOpenapiClients = async (
  tools: CommandTools,
  packages: string,
  { baseUrl, apiKey, folder }: Service & { folder: string },
): Promise<void> => {
  const workplace = join(folder, 'openapi-clients');
  cpSync(programs, workplace, { recursive: true });
  rmSync(join(workplace, 'package-lock.json'));
  symlinkSync(packages, join(workplace, 'node_modules'), 'junction');
  const run = (title: string, ...args: string[]) =>
    tools.step(title, () => tools.run(process.execPath, args, { cwd: workplace }));
  const inPackages = (path: string) => join(packages, path);

  for (const [file, query] of [
    ['openapi.json', ''],
    ['openapi-aliases.json', '?aliases=1'],
  ] as const) {
    const response = await fetch(`${baseUrl}/openapi.json${query}`);
    writeFileSync(join(workplace, file), await response.text());
    await run(
      `Spectral, with /openapi.json${query}`,
      inPackages('@stoplight/spectral-cli/dist/index.js'),
      ...['lint', file, '--ruleset', 'spectral.yaml', '--fail-severity', 'hint'],
    );
  }

  await run('openapi-typescript', 'write-types.ts');
  await run('TypeScript, strict', inPackages('typescript/bin/tsc'), '--project', '.');
  writeFileSync(join(workplace, 'photo.jpg'), await drawnJpeg({ seed: 1201 }));
  await run('openapi-fetch', 'first-steps.ts', baseUrl, apiKey, 'photo.jpg');
};
