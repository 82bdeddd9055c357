import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Ending } from './tasks.ts';

/** A folder of files, and how those end of which we know it. */
export type Corpus = { folder: string; expected: ReadonlyMap<string, Ending['status']> };

/** Names of all files in a folder and below it, in a fixed order. Links are not followed. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, '/'))
    .sort();
