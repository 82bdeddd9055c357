import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';
import {
  type Comparison,
  comparedFields,
  compareWithTags,
  type ExifToolTags,
  type Verdict,
} from './exiftool-verdict.ts';

const formats = new Set([
  'JPEG',
  'MPO',
  'PNG',
  'APNG',
  'WEBP',
  'Extended WEBP',
  'TIFF',
  'HEIC',
  'HEIF',
  'AVIF',
  'GIF',
]);
const verdicts: readonly Verdict[] = ['equal', 'both silent', 'extra', 'missed', 'contradicted'];
const maxExamples = 40;

/**
 * Reads the metadata of every picture in a folder with our reader and with ExifTool and prints, for
 * each field, how often they agree. Resolves to the number of values that ExifTool's standard tags
 * contradict or that only ExifTool has; undefined, having said so, where ExifTool is not installed.
 */
export const compareWithExifTool = async (
  folder: string,
  say: (line: string) => void,
): Promise<number | undefined> => {
  if (!existsSync(folder)) {
    say(`There is no folder ${folder}.`);
    return 1;
  }
  const printed = await runExifTool(folder);
  if (!printed) {
    say('ExifTool is not installed here, so nothing was compared.');
    return undefined;
  }
  const files = printed.filter((tags) => formats.has(String(tags['File:FileType'])));
  const rows: (Comparison & { name: string })[] = [];
  for (const tags of files) {
    const path = String(tags['SourceFile']);
    const name = path.slice(resolve(folder).length + 1);
    for (const row of compareWithTags(await readFields(path), tags)) rows.push({ ...row, name });
  }
  say(`${files.length} pictures, ExifTool ${printed[0]?.['ExifTool:ExifToolVersion'] ?? ''}`);
  for (const line of toTable(rows)) say(line);
  const wrong = rows.filter(({ verdict }) => verdict === 'contradicted' || verdict === 'missed');
  for (const { name, field, verdict, ours, theirs } of wrong.slice(0, maxExamples))
    say(`${verdict}: ${printable(`${name}: ${field} ${ours ?? 'null'}, ExifTool ${theirs}`)}`);
  if (wrong.length > maxExamples) say(`and ${wrong.length - maxExamples} more`);
  return wrong.length;
};

const readFields = async (path: string) => {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const readRange = async (offset: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return (await exifrReadTags(readRange, size))?.exif;
  } finally {
    await file.close();
  }
};

/** Undefined where there is no such program. Warnings of single files do not count. */
const runExifTool = async (folder: string): Promise<ExifToolTags[] | undefined> => {
  const options = ['-json', '-n', '-a', '-G1', '-q', '-q', '-r', '-charset', 'filename=utf8'];
  const child = spawn('exiftool', [...options, resolve(folder)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const failed = new Promise<'missing'>((done, fail) =>
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? done('missing') : fail(error),
    ),
  );
  const printed = await Promise.race([failed, json(child.stdout) as Promise<ExifToolTags[]>]);
  return printed === 'missing' ? undefined : printed;
};

const toTable = (rows: readonly Comparison[]): string[] => {
  const line = (title: string, cells: readonly string[]) =>
    title.padEnd(14) + cells.map((cell) => cell.padStart(14)).join('');
  return [
    line('field', verdicts),
    ...comparedFields.map((field) => {
      const count = (verdict: Verdict) =>
        rows.filter((row) => row.field === field && row.verdict === verdict).length;
      return line(
        field,
        verdicts.map((verdict) => String(count(verdict))),
      );
    }),
  ];
};

/** Names and values are untrusted: no control character of theirs reaches the terminal. */
const printable = (text: string) => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd').slice(0, 300);
