import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const forbidden = [
  ['lib/images', '@aws-sdk/client-s3'],
  ['lib/images', '#lib/aws/dynamo-images.ts'],
  ['lib/images', 'sharp'],
  ['lib/images', '#lib/config.ts'],
  ['lib/events', '#lib/aws/dynamo-event-log.ts'],
  ['lib/stream', '@aws-sdk/client-dynamodb'],
  ['lib/http', '@aws-sdk/client-s3'],
  ['lib/queue', '#lib/media/render/sharp-shrink.ts'],
  ['lib/aws', '#lib/media/render/sharp-shrink.ts'],
  ['lib/media', '#lib/aws/s3-objects.ts'],
  ['lib/ai', 'sharp'],
  ['functions/images', '@aws-sdk/client-s3'],
  ['functions/pipeline', 'libheif-js/libheif-wasm/libheif.js'],
  ...(['images', 'aws', 'ai', 'web', 'http'] as const).map(
    (folder) => [`lib/${folder}`, 'libheif-js'] as const,
  ),
] as const;
const allowed = [
  ['lib/images', 'zod'],
  ['lib/aws', '@aws-sdk/client-s3'],
  ['lib/media', 'sharp'],
  ['lib/media', 'libheif-js'],
  ['functions/images', '#lib/aws/s3-objects.ts'],
] as const;

// A project under the same rules as ours, in which every file holds one import.
const project = mkdtempSync(join(tmpdir(), 'darkroom-imports-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
const rules = JSON.parse(readFileSync('biome.json', 'utf8'));
writeFileSync(join(project, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
const importingFile = (folder: string, imported: string) =>
  `${folder}/${imported.replaceAll(/\W+/g, '-')}.ts`;
for (const [folder, imported] of [...forbidden, ...allowed]) {
  const file = join(project, importingFile(folder, imported));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `import '${imported}';\n`);
}
const { stdout } = spawnSync(
  process.execPath,
  [
    resolve('node_modules/@biomejs/biome/bin/biome'),
    'lint',
    '--reporter=github',
    '--max-diagnostics=none',
    '.',
  ],
  { cwd: project, encoding: 'utf8' },
);
const refused = stdout.split('\n').filter((line) => line.includes('noRestrictedImports'));

describe('the import rules', () => {
  it.each(forbidden)('forbid %s to import %s', (folder, imported) => {
    expect(refused.join('\n')).toContain(importingFile(folder, imported));
  });

  it.each(allowed)('let %s import %s', (folder, imported) => {
    expect(refused.join('\n')).not.toContain(importingFile(folder, imported));
  });
});
