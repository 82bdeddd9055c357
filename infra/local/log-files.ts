import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStream } from 'rotating-file-stream';
import { gathered } from './gathered.ts';

const name = 'darkroom.log';
const kept = 5; // files of 10 MB beside the one being written

/** Writes lines; at 10 MB the file becomes `darkroom.1.log`, and so on up to 5. */
export const openLog = (folder: string) => {
  const nameOf = (index: number | Date | null) =>
    typeof index === 'number' ? `darkroom.${index}.log` : name;
  const stream = createStream(nameOf, { path: folder, size: '10M', rotate: kept });
  stream.on('error', (error) => process.stderr.write(`The log cannot be written: ${error}\n`));
  const lines = gathered((text) => void stream.write(text));
  return {
    write: lines.add,
    close: () => {
      lines.flush();
      return new Promise<void>((resolve) => stream.end(() => resolve()));
    },
  };
};

/** The log's files that exist, oldest first. */
export const logFilesIn = (folder: string): string[] => {
  if (!existsSync(folder)) return [];
  const ageOf = (file: string) => Number(/^darkroom\.(\d+)\.log$/.exec(file)?.[1] ?? 0);
  return readdirSync(folder)
    .filter((file) => file === name || ageOf(file) > 0)
    .sort((a, b) => ageOf(b) - ageOf(a))
    .map((file) => join(folder, file));
};
