import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { z } from 'zod';
import type { Files } from './zip.ts';

const Locked = z.looseObject({
  version: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const Lock = z.looseObject({
  lockfileVersion: z.int(),
  packages: z.record(z.string(), Locked),
});

/** The entries of the lock file for sharp and its dependencies, for every platform. */
const readSharpLock = (project: string) => {
  const { lockfileVersion, packages } = Lock.parse(
    JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')),
  );
  const entries: Record<string, z.infer<typeof Locked>> = {};
  const collect = (name: string, from: string) => {
    const own = `${from}/node_modules/${name}`;
    const place = own in packages ? own : `node_modules/${name}`;
    const found = packages[place];
    if (!found || place in entries) return;
    entries[place] = found;
    const needs = { ...found.dependencies, ...found.optionalDependencies };
    for (const needed of Object.keys(needs)) collect(needed, place);
  };
  collect('sharp', '');
  const version = entries['node_modules/sharp']?.version;
  if (!version) throw new Error('package-lock.json has no entry for sharp.');
  const manifest = { name: 'sharp-for-lambda', private: true, dependencies: { sharp: version } };
  return { version, manifest, lock: { lockfileVersion, packages: { '': manifest, ...entries } } };
};

/** npm's names for Lambda's arm64 and x86_64. */
const cpus = { arm64: 'arm64', x86_64: 'x64' } as const;
export type Architecture = keyof typeof cpus;

/** Sources, types and texts, which are not needed at run time. */
const notForRuntime =
  /(^|\/)(sharp\/(src|install)\/.*|[^/]*\.(md|h|d\.[cm]?ts))$|^\.package-lock\.json$/;

/**
 * sharp as the project's lock file has it (versions and hashes), for Lambda's Linux on this
 * architecture instead of the machine that packages. It is fetched once and cached below
 * node_modules/.cache. Paths begin with `node_modules/`. Throws with npm's message.
 */
export const sharpForLambda = (project: string, architecture: Architecture): Files => {
  const { version, manifest, lock } = readSharpLock(project);
  const cpu = cpus[architecture];
  const hash = createHash('sha256').update(JSON.stringify(lock)).digest('hex').slice(0, 12);
  const cache = join(project, 'node_modules', '.cache', 'darkroom');
  const folder = join(cache, `sharp-${version}-linux-${cpu}-${hash}`);
  if (!existsSync(folder)) {
    const building = join(cache, randomUUID());
    mkdirSync(building, { recursive: true });
    try {
      writeFileSync(join(building, 'package.json'), JSON.stringify(manifest));
      writeFileSync(join(building, 'package-lock.json'), JSON.stringify(lock));
      install(building, cpu);
      if (!existsSync(folder)) renameSync(building, folder); // else another process was quicker
    } finally {
      rmSync(building, { recursive: true, force: true });
    }
  }
  const installed = join(folder, 'node_modules');
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(installed.length + 1).replaceAll(sep, '/'), path] as const)
    .filter(([name]) => !notForRuntime.test(name));
  return new Map(files.map(([name, path]) => [`node_modules/${name}`, readFileSync(path)]));
};

const install = (folder: string, cpu: string): void => {
  const { status, stderr, error } = spawnSync(
    'npm',
    [
      'ci',
      '--os=linux',
      `--cpu=${cpu}`,
      '--libc=glibc',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-bin-links',
      '--prefer-offline',
    ],
    { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' }, // npm is npm.cmd there
  );
  if (status === 0) return;
  throw new Error(`npm could not fetch sharp for Lambda:\n${error?.message ?? stderr}`);
};
