import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { batchedOutput } from './batched-output.ts';

const maxRotatedFiles = 5; // files of 10 MB beside the one being written

const pauseMs = 1000; // what fails once mostly fails again: a full disk, a folder that is gone

/**
 * Writes lines; at 10 MB `name.log` becomes `name.1.log`, and so on up to 5. When that fails it is
 * said once, the lines are lost, and it is tried again with later ones.
 */
export const openLog = (folder: string, name: string) => {
  const formatFileName = (index: number | Date | null) =>
    typeof index === 'number' ? `${name}.${index}.log` : `${name}.log`;
  let stream: RotatingFileStream | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;

  const open = () => {
    const opened = createStream(formatFileName, {
      path: folder,
      size: '10M',
      rotate: maxRotatedFiles,
    });
    opened.on('error', (error) => {
      if (!isFailing) process.stderr.write(`The log cannot be written: ${error}\n`);
      isFailing = true;
      failedAt = performance.now();
      stream = undefined; // its first error is the end of a stream
    });
    return opened;
  };
  const write = (text: string) => {
    if (!stream && performance.now() - failedAt < pauseMs) return;
    stream ??= open();
    const apart = isFailing ? '\n' : ''; // a full disk may have taken half a line
    stream.write(apart + text, (error) => {
      if (error || !isFailing) return;
      isFailing = false;
      process.stderr.write('The log is written again.\n');
    });
  };

  stream = open();
  const lines = batchedOutput(write);
  return {
    write: lines.add,
    close: () => {
      lines.flush();
      return new Promise<void>((resolve) => (stream ? stream.end(() => resolve()) : resolve()));
    },
  };
};

/** The log's files that exist, oldest first. */
export const logFilesIn = (folder: string, name: string): string[] => {
  if (!existsSync(folder)) return [];
  const measureAge = (file: string) => {
    const age = file.startsWith(`${name}.`) && /^(\d+)\.log$/.exec(file.slice(name.length + 1));
    return age ? Number(age[1]) : 0;
  };
  return readdirSync(folder)
    .filter((file) => file === `${name}.log` || measureAge(file) > 0)
    .sort((a, b) => measureAge(b) - measureAge(a))
    .map((file) => join(folder, file));
};
