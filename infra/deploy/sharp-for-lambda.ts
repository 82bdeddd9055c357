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

/** The part of the lock file that speaks of sharp and what it needs, for every platform. */
const lockOfSharp = (project: string) => {
  const { lockfileVersion, packages } = Lock.parse(
    JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')),
  );
  const kept: Record<string, z.infer<typeof Locked>> = {};
  const keep = (name: string, from: string) => {
    const own = `${from}/node_modules/${name}`;
    const place = own in packages ? own : `node_modules/${name}`;
    const found = packages[place];
    if (!found || place in kept) return;
    kept[place] = found;
    const needs = { ...found.dependencies, ...found.optionalDependencies };
    for (const needed of Object.keys(needs)) keep(needed, place);
  };
  keep('sharp', '');
  const version = kept['node_modules/sharp']?.version;
  if (!version) throw new Error('package-lock.json does not know sharp.');
  const manifest = { name: 'sharp-for-lambda', private: true, dependencies: { sharp: version } };
  return { version, manifest, lock: { lockfileVersion, packages: { '': manifest, ...kept } } };
};

/** What Lambda calls arm64 and x86_64, as npm calls it. */
const cpus = { arm64: 'arm64', x86_64: 'x64' } as const;
export type Architecture = keyof typeof cpus;

/** Sources, types and texts, which nobody needs who only runs it. */
const unneeded =
  /(^|\/)(sharp\/(src|install)\/.*|[^/]*\.(md|h|d\.[cm]?ts))$|^\.package-lock\.json$/;

/**
 * sharp as the project's lock file has it (versions and hashes), for Lambda's Linux on this
 * architecture instead of the machine that packages. It is fetched once and kept below
 * node_modules/.cache. Paths begin with `node_modules/`. Throws with what npm said.
 */
export const sharpForLambda = (project: string, architecture: Architecture): Files => {
  const { version, manifest, lock } = lockOfSharp(project);
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
      if (!existsSync(folder)) renameSync(building, folder); // else another was quicker
    } finally {
      rmSync(building, { recursive: true, force: true });
    }
  }
  const installed = join(folder, 'node_modules');
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(installed.length + 1).replaceAll(sep, '/'), path] as const)
    .filter(([name]) => !unneeded.test(name));
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
  throw new Error(
    `sharp for Lambda could not be fetched from the package registry:\n${error?.message ?? stderr}`,
  );
};
