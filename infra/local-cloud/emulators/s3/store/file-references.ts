import type { Database } from './open-database.ts';
import type { Segment } from './stored-object.ts';

export type FileReferences = {
  has(file: string): boolean;
  retain(segments: readonly Segment[]): void;
  /** Gives the files that nothing refers to any more. */
  release(segments: readonly Segment[]): string[];
};

/** Counts, in the transaction that is open, which objects and parts refer to which files. */
export const fileReferences = ({ sqlite }: Database): FileReferences => {
  const find = sqlite.prepare('SELECT 1 FROM files WHERE name = ?');
  const add = sqlite.prepare(
    'INSERT INTO files VALUES (?, 1) ON CONFLICT DO UPDATE SET refs = refs + 1',
  );
  const subtract = sqlite.prepare('UPDATE files SET refs = refs - 1 WHERE name = ? RETURNING refs');
  const remove = sqlite.prepare('DELETE FROM files WHERE name = ?');
  return {
    has: (file) => find.get(file) !== undefined,
    retain: (segments) => {
      for (const { file } of segments) add.run(file);
    },
    release: (segments) => {
      const released: string[] = [];
      for (const { file } of segments) {
        if (Number(subtract.get(file)?.['refs']) > 0) continue;
        remove.run(file);
        released.push(file);
      }
      return released;
    },
  };
};
