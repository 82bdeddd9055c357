import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** SQLite in this thread; a statement is prepared once and its rows are arrays. */
export type Database = {
  execute(sql: string): void;
  prepare(sql: string): StatementSync;
  /** Commits what `work` does, or nothing of it if it throws or the disk has no room. */
  transaction<T>(work: () => T): T;
  /** Drops the statements of a table that is no more. */
  forget(table: string): void;
  close(): void;
};

const schemaVersion = 1;

/**
 * Opens the file in `folder`, or a database in memory. WAL with `synchronous = NORMAL`: a commit is
 * in the operating system's hands when it returns, so a killed process loses nothing; a power cut
 * may lose the last commits, never half of one. The file is locked: a second process is refused.
 */
export const openDatabase = (folder: string | undefined): Database => {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const sqlite = new DatabaseSync(
    folder === undefined ? ':memory:' : join(folder, 'dynamodb.sqlite'),
  );
  try {
    sqlite.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 2000;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA cache_size = -16000;
      PRAGMA temp_store = MEMORY;
    `);
    migrate(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }

  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = sqlite.prepare(sql);
    statement.setReturnArrays(true);
    prepared.set(sql, statement);
    return statement;
  };
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map(prepare) as [
    StatementSync,
    StatementSync,
    StatementSync,
  ];
  const undo = (error: unknown) => {
    if (sqlite.isTransaction) rollback.run();
    if (isSqliteError(error)) makeRoom(sqlite);
  };
  return {
    execute: (sql) => sqlite.exec(sql),
    prepare,
    transaction: (work) => {
      begin.run();
      try {
        const result = work();
        commit.run();
        return result;
      } catch (error) {
        undo(error);
        throw error;
      }
    },
    forget: (table) => {
      const mention = new RegExp(`\\b${table}\\b`);
      for (const sql of prepared.keys()) if (mention.test(sql)) prepared.delete(sql);
    },
    close: () => {
      prepared.clear();
      sqlite.close();
    },
  };
};

const migrate = (sqlite: DatabaseSync): void => {
  const row = sqlite.prepare('PRAGMA user_version').get();
  const version = Number(row?.['user_version']);
  if (version > schemaVersion)
    throw new Error(`The data folder was written by a later release (format ${version}).`);
  if (version === schemaVersion) return;
  sqlite.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE tables (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL
    );
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY AUTOINCREMENT, definition TEXT NOT NULL
    );
    CREATE TABLE request_tokens (
      token TEXT PRIMARY KEY, fingerprint BLOB NOT NULL, done_at INTEGER NOT NULL
    );
    PRAGMA user_version = ${schemaVersion};
    COMMIT;
  `);
};

/** Whether SQLite itself failed, as it does when the disk is full. */
const isSqliteError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** After a failed write: what the log holds goes into the database, so that the log begins anew. */
const makeRoom = (sqlite: DatabaseSync): void => {
  try {
    sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Still no room: the next write tries again, and reads need none.
  }
};
