import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pageFiles } from '#functions/site/pages/assets.ts';
import { makeArtifacts } from '#infra/deploy/artifacts.ts';
import { functions } from '#test/architecture/template.ts';
import { packageAll, projectElsewhere, readEnvironment, serverless } from './packaged.ts';
import { templateSuite } from './packaged-template.ts';

const { template, zips, remove } = await packageAll();
const scratch = mkdtempSync(join(tmpdir(), 'darkroom-zips-'));
afterAll(() => {
  remove();
  rmSync(scratch, { recursive: true, force: true });
});

const names = functions.map(([name]) => name);
const makeZip = (name: string) => {
  const zip = zips.get(name);
  if (!zip) throw new Error(`There is no zip of ${name}.`);
  return zip;
};
const modulePath = (name: string) => {
  const [, fn] = functions.find(([other]) => other === name) ?? [];
  return `${fn?.handler.replace(/\.handler$/, '')}.mjs`;
};
const readPackaged = (name: string, path: string) =>
  Buffer.from(makeZip(name).files[path] ?? '').toString();
const packagesIn = (paths: readonly string[]) =>
  new Set(paths.flatMap((path) => /node_modules\/((@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
const usesSharp = (name: string) => /from ?"sharp"/.test(readPackaged(name, modulePath(name)));
const showsPages = (name: string) => 'functions/site/pages/gallery.html' in makeZip(name).files;

const { devDependencies } = z
  .object({ devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

describe('the zips of the functions', () => {
  it('exist for every function, and for nothing else', () => {
    expect([...zips.keys()].toSorted()).toEqual(names.toSorted());
  });

  it('load on their own, and have the handler where Lambda expects it', () => {
    for (const name of names) {
      for (const [path, bytes] of Object.entries(makeZip(name).files)) {
        if (path.startsWith('node_modules/')) continue;
        mkdirSync(dirname(join(scratch, name, path)), { recursive: true });
        writeFileSync(join(scratch, name, path), bytes);
      }
      // Lambda's sharp does not run here; ours stands in for it, and nothing else of node_modules.
      if (!usesSharp(name)) continue;
      mkdirSync(join(scratch, name, 'node_modules'));
      symlinkSync(resolve('node_modules/sharp'), join(scratch, name, 'node_modules/sharp'));
    }
    const program = names.map(
      (name) =>
        `console.log('${name}', typeof (await import('./${name}/${modulePath(name)}')).handler);`,
    );
    writeFileSync(join(scratch, 'load.mjs'), program.join('\n'));

    const { stdout, stderr } = spawnSync(process.execPath, ['load.mjs'], {
      cwd: scratch,
      encoding: 'utf8',
      env: { ...readEnvironment(template), AWS_REGION: 'us-east-1' },
    });

    // Node may warn of what it is going to change; a module that does not load says more than that.
    const complaints = stderr.split('\n').filter((line) => !/^\(node:|^\(Use `node |^$/.test(line));
    expect(complaints).toEqual([]);
    expect(stdout.trim().split('\n')).toEqual(names.map((name) => `${name} function`));
  });

  it('contain sharp where it is used, once, for Linux on arm64', () => {
    expect(names.filter(usesSharp)).toEqual(expect.arrayContaining(['make-thumbnails']));
    for (const name of names) {
      const paths = Object.keys(makeZip(name).files);
      const native = paths.filter((path) => /\.(node|so)(\.|$)/.test(path));
      if (!usesSharp(name)) {
        expect(packagesIn(paths), name).not.toContain('sharp');
        expect(native, name).toEqual([]);
        continue;
      }
      expect(paths.filter((path) => path.endsWith('/sharp/package.json'))).toHaveLength(1);
      const { version } = JSON.parse(readPackaged(name, 'node_modules/sharp/package.json'));
      expect(version).toBe(readLockedVersion('sharp'));
      expect(native.map((path) => path.split('/')[2])).toEqual([
        'sharp-libvips-linux-arm64',
        'sharp-linux-arm64',
      ]);
      for (const path of native) {
        const header = Buffer.from(makeZip(name).files[path] ?? []);
        expect(header.subarray(0, 5).toString('latin1'), path).toBe('\x7fELF\x02'); // 64 bits
        expect(header.readUInt16LE(18), path).toBe(aarch64);
        expect(header.includes('ld-musl'), path).toBe(false);
      }
    }
  });

  it('contain libheif as replaceable files, with its licence, where it decodes', () => {
    const withLibheif = names.filter((name) =>
      packagesIn(Object.keys(makeZip(name).files)).has('libheif-js'),
    );

    expect(withLibheif.toSorted()).toEqual(['deliver-image', 'make-thumbnails', 'run-edit']);
    for (const name of withLibheif) {
      const { files } = makeZip(name);
      expect(Buffer.from(files['node_modules/libheif-js/libheif-wasm/libheif.wasm'] ?? '')).toEqual(
        readFileSync('node_modules/libheif-js/libheif-wasm/libheif.wasm'),
      );
      expect(readPackaged(name, 'node_modules/libheif-js/LICENSE')).toContain(
        'LESSER GENERAL PUBLIC',
      );
      expect(readPackaged(name, modulePath(name))).not.toContain('heif_context_read_from_memory(');
    }
  });

  it('contain the files of the pages where they are served', () => {
    expect(names.filter(showsPages).toSorted()).toEqual(['show-docs', 'show-gallery']);
    for (const name of names.filter(showsPages))
      for (const path of pageFiles)
        expect(Buffer.from(makeZip(name).files[path] ?? ''), path).toEqual(readFileSync(path));
  });

  it('contain no development dependencies', () => {
    const pages = packagesIn([...pageFiles]); // packages that are served, not run
    for (const name of names) {
      const map = z
        .object({ sources: z.array(z.string()) })
        .parse(JSON.parse(readPackaged(name, `${modulePath(name)}.map`)));
      const brought = packagesIn([...Object.keys(makeZip(name).files), ...map.sources]);
      const development = [...brought].filter((one) => one in devDependencies && !pages.has(one));
      expect(development, name).toEqual([]);
      const places = map.sources.map((source) =>
        posix.join(posix.dirname(modulePath(name)), source),
      );
      // The path of the project must not leak, and would make the bytes depend on it.
      expect(places.filter((place) => /^(\.\.|\/|\w:)/.test(place))).toEqual([]);
    }
  });

  it('stay small', () => {
    for (const name of names) {
      const { length } = makeZip(name).bytes;
      if (usesSharp(name)) expect(length, name).toBeLessThan(12_000_000);
      // Swagger UI and ReDoc alone weigh 0.84 MB, and are no code that a start has to read.
      else if (showsPages(name)) expect(length, name).toBeLessThan(1_400_000);
      else expect(length, name).toBeLessThan(1_000_000);
    }
  });

  it('are byte for byte the same when packaged in another folder', async () => {
    const again = ['get-image', 'show-gallery', 'make-thumbnails'];
    const packed = again.map((name) => ({
      handler: modulePath(name).replace(/\.mjs$/, '.handler'),
      zipPath: join(scratch, `${name}.zip`),
    }));

    await makeArtifacts(packed, { project: resolve('.'), architecture: 'arm64' });

    for (const [index, name] of again.entries())
      expect(readFileSync(packed[index]?.zipPath ?? '').equals(makeZip(name).bytes), name).toBe(
        true,
      );
  });
});

const aarch64 = 183; // e_machine, ELF for the Arm 64-bit Architecture

const readLockedVersion = (name: string): unknown =>
  JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[`node_modules/${name}`].version;

templateSuite(template);

describe('packaging', () => {
  it('refuses settings that only the embedded stack supports', async () => {
    const folder = projectElsewhere();

    const { code, said } = await serverless(['package', '--stage', 'prod'], folder, {
      PIPELINE_CONCURRENCY: '1',
    });

    expect(code).toBe(1);
    expect(said).toContain(
      "PIPELINE_CONCURRENCY=1 works on the embedded stack only: Lambda's minimum is 2.",
    );
    rmSync(folder, { recursive: true });
  });
});
