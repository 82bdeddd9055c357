import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Ask } from './inner-dynalite.ts';

/** One item as it was before a transaction; without `old` there was none. */
export type Before = z.infer<typeof Before>;
const Item = z.record(z.string(), z.unknown());
const Before = z.object({ table: z.string(), key: Item, old: Item.optional() });

/**
 * Holds what a transaction is about to change, so that a process that dies in the middle of it can
 * put it back when it starts again. It is written and not synced: what a killed process wrote is
 * there for the next one, and against a power cut the items themselves are not synced either.
 */
export type UndoJournal = {
  /** Throws if it does not hold all of it afterwards: then nothing may be changed. */
  write(befores: Before[]): void;
  clear(): void;
  /** What an unfinished transaction left behind. */
  unfinished(): Before[];
  close(): void;
};

export const undoJournal = (folder: string): UndoJournal => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'undo.json');
  const descriptor = openSync(file, 'a+');
  let isNeeded = false; // by the next start
  const clear = () => {
    ftruncateSync(descriptor, 0);
    isNeeded = false;
  };
  return {
    write: (befores) => {
      if (isNeeded) throw new Error('A transaction waits for a restart, to be put back.');
      const bytes = Buffer.from(JSON.stringify(befores));
      if (writeSync(descriptor, bytes) < bytes.length) {
        clear();
        throw new Error('The disk is full: no room for the undo journal.');
      }
      isNeeded = true;
    },
    clear,
    unfinished: () => beforesOf(readFileSync(file, 'utf8')),
    close: () => closeSync(descriptor),
  };
};

/** Forgets with the process: for tables in memory, which do so too. */
export const noJournal: UndoJournal = {
  write: () => {},
  clear: () => {},
  unfinished: () => [],
  close: () => {},
};

/** Puts items back as they were. Doing it twice changes nothing. */
export const putBack = async (befores: Before[], ask: Ask): Promise<void> => {
  for (const { table, key, old } of befores) {
    const answer = old
      ? await ask('PutItem', { TableName: table, Item: old })
      : await ask('DeleteItem', { TableName: table, Key: key });
    const isTableGone = String(answer.body['__type']).endsWith('ResourceNotFoundException');
    if (answer.status !== 200 && !isTableGone) {
      throw new Error(`An item of ${table} could not be put back: ${JSON.stringify(answer.body)}`);
    }
  }
};

const beforesOf = (text: string): Before[] => {
  try {
    return z.array(Before).parse(JSON.parse(text));
  } catch {
    return []; // died while writing the journal, so before the first change
  }
};
