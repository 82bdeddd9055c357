import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Checkpoints = ReturnType<typeof openCheckpoints>;

/**
 * How far each function has read each shard, in a file that survives a kill: what is not stored here
 * is read again. A sequence of null is the beginning of the shard.
 */
export const openCheckpoints = (file: string) => {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS checkpoints (
      reader TEXT NOT NULL, shard TEXT NOT NULL, sequence TEXT, PRIMARY KEY (reader, shard)
    ) STRICT, WITHOUT ROWID`);
  const select = database.prepare(
    'SELECT sequence FROM checkpoints WHERE reader = ? AND shard = ?',
  );
  const upsert = database.prepare(
    `INSERT INTO checkpoints VALUES (?, ?, ?)
     ON CONFLICT (reader, shard) DO UPDATE SET sequence = excluded.sequence`,
  );
  return {
    /** Undefined for a reader that has never read. */
    find: (reader: string, shard: string): string | null | undefined => {
      const row = select.get(reader, shard);
      return row && (typeof row['sequence'] === 'string' ? row['sequence'] : null);
    },
    save: (reader: string, shard: string, sequence: string | null): void =>
      void upsert.run(reader, shard, sequence),
    close: () => database.close(),
  };
};
