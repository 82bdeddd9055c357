// Draws hostile pictures into a folder: node draw.ts <folder> <file for expectations> <seed> <rounds>
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomFrom } from '#test/faults/random.ts';
import { hostileFiles } from './kinds/hostile-files.ts';

const [, , folder = '', expectedFile = '', seed = '', rounds = '1'] = process.argv;

const expected: Record<string, string> = {};
mkdirSync(folder, { recursive: true });
for await (const { name, bytes, ends } of hostileFiles(randomFrom(Number(seed)), Number(rounds))) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes, { flag: 'wx' }); // two of the same name would be one file
  if (ends) expected[name] = ends;
}
writeFileSync(expectedFile, JSON.stringify(expected));
