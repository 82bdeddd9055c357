import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** Another stack runs on the same data. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUse';
}

/** A folder with other content: a stack would replace what is called `build` there. */
export class FolderNotOursError extends Error {
  override readonly name = 'FolderNotOurs';
}

/** What a running stack records about itself in `stack.json`; its `workers` are the forked ones. */
export const StackState = z.object({
  pid: z.int(),
  url: z.url(),
  host: z.int().optional(),
  workers: z.array(z.int()).default([]),
});
export type StackState = z.input<typeof StackState>;

/** What the folder's program is called, and what it makes there beside the emulators' folders. */
export type FolderOwner = {
  product: string;
  /** The setting that names the folder. */
  setting: string;
  files?: readonly string[];
};

const stackFiles = [
  's3',
  'sqs',
  'dynamodb',
  'streams',
  'logs',
  'build',
  'compile-cache',
  'stack.json',
  'stack.json.new',
];

export type DataFolder = ReturnType<typeof claimDataFolder>;

/**
 * Makes the folder ours until this process ends. The lock is SQLite's, which is the system's, so it
 * is gone with the process however that dies. Throws FolderInUse, FolderNotOurs, or what SQLite has
 * to say about the lock.
 */
export const claimDataFolder = (path: string, owner: FolderOwner) => {
  mkdirSync(path, { recursive: true });
  if (!isOursOrEmpty(path)) throw new FolderNotOursError(describeRefusal(path, owner));
  const lock = lockIn(path, owner);
  const statePath = join(path, 'stack.json');
  rmSync(statePath, { force: true });

  return {
    path,
    in: (...names: string[]) => join(path, ...names),
    /** Deletes only what a stack makes: the folder may hold other files, too. */
    forget: () => {
      for (const name of [...stackFiles, ...(owner.files ?? [])])
        rmSync(join(path, name), { recursive: true, force: true });
    },
    /** Renamed into its place, so that no reader sees half of it. */
    writeState: (state: StackState) => {
      writeFileSync(`${statePath}.new`, `${JSON.stringify(state)}\n`);
      renameSync(`${statePath}.new`, statePath);
    },
    release: () => {
      rmSync(statePath, { force: true });
      lock.close();
    },
  };
};

const lockIn = (path: string, owner: FolderOwner): DatabaseSync => {
  const file = join(path, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const { errcode, message } = SqliteError.parse(error);
    if (errcode === busy) throw new FolderInUseError(complaintAbout(path, owner));
    const advice =
      errcode === notADatabase ? ` Empty that file, if a ${owner.product} made it.` : '';
    throw new Error(`${file} cannot be locked: ${message}.${advice}`, { cause: error });
  }
};

// SQLite, "Result and Error Codes".
const busy = 5;
const notADatabase = 26;
const SqliteError = z.object({ errcode: z.int().optional(), message: z.string() });

const systemFiles = ['.DS_Store', '.localized', 'Thumbs.db', 'desktop.ini', 'lost+found'];

/** Each start makes the lock first of all, so whatever else a stack made lies beside one. */
const isOursOrEmpty = (path: string): boolean => {
  const names = readdirSync(path); // existsSync('lock') would find another program's LOCK on a Mac
  return names.includes('lock') || names.every((name) => systemFiles.includes(name));
};

const describeRefusal = (path: string, { product, setting }: FolderOwner): string =>
  `${path} holds what no ${product} put there, and this one would delete what has the names of its ` +
  `own: build, logs and others. Give it a ${setting} that is new or empty, or that a ${product} made; ` +
  'such a folder has a file named lock, which may be empty.';

/** The last recorded state of the stack on this folder, if one runs or was killed. */
export const stackStateIn = (path: string): z.infer<typeof StackState> | undefined => {
  try {
    return StackState.parse(JSON.parse(readFileSync(join(path, 'stack.json'), 'utf8')));
  } catch {
    return undefined; // there is none
  }
};

const complaintAbout = (path: string, { product, setting }: FolderOwner): string => {
  const other = stackStateIn(path);
  const who = other ? ` (process ${other.pid}, ${other.url})` : '';
  return (
    `Another ${product}${who} already runs on the data in ${path}. Stop it, or give this one a ` +
    `${setting} and ports of its own.`
  );
};
