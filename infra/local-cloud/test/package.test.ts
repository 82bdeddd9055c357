import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { dependencies, optionalDependencies } = z
  .object({
    dependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')));

const imports = globSync('**/*.{ts,mjs}', { cwd: folder, exclude: ['**/node_modules'] }).flatMap(
  (file) =>
    [
      ...readFileSync(resolve(folder, file), 'utf8').matchAll(/\b(?:from|import\()\s*'([^']+)'/g),
    ].map(([, specifier = '']) => ({ file, specifier })),
);
const toPackageName = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';

describe('the package', () => {
  it('imports Node, its own dependencies and its own files, and nothing of the project around it', () => {
    const foreign = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith('node:')) return false;
      if (specifier.startsWith('.'))
        return relative(folder, resolve(folder, dirname(file), specifier)).startsWith('..');
      if (specifier.startsWith('#')) return true;
      return !file.startsWith('test/') && !(toPackageName(specifier) in dependencies);
    });

    expect(imports.length).toBeGreaterThan(100);
    expect(foreign).toEqual([]);
  });

  it('has no dependency that it does not import', () => {
    const imported = new Set(imports.map(({ specifier }) => toPackageName(specifier)));

    expect(Object.keys(dependencies).filter((name) => !imported.has(name))).toEqual([]);
  });

  it('pins the versions of the repository where both use a package, or npm would install it twice', () => {
    const Versions = z.record(z.string(), z.string());
    const root = z
      .object({
        dependencies: Versions,
        devDependencies: Versions,
        optionalDependencies: Versions,
      })
      .parse(JSON.parse(readFileSync(resolve(folder, '../../package.json'), 'utf8')));
    const all = { ...root.devDependencies, ...root.dependencies };

    expect(root.optionalDependencies).toMatchObject(optionalDependencies);
    const shared = Object.entries(dependencies).filter(([name]) => name in all);
    expect(shared.length).toBeGreaterThan(3);
    for (const [name, version] of shared)
      expect({ [name]: version }).toEqual({ [name]: all[name] });
  });
});
