import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type Database = {
  sqlite: DatabaseSync;
  /** All of what it does, or nothing. It must not await: no other write comes between. */
  transaction<T>(write: () => T): T;
  close(): void;
};

const version = 1;

/**
 * Everything but the bytes of objects. WAL with synchronous=NORMAL: what was committed survives a
 * kill of the process at any instruction; a power cut may take the last commits, never the order.
 */
export const openDatabase = (folder: string): Database => {
  const sqlite = new DatabaseSync(join(folder, 'catalogue.sqlite'), {
    timeout: 5_000, // another program may be reading
  });
  sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  const begin = sqlite.prepare('BEGIN IMMEDIATE');
  const commit = sqlite.prepare('COMMIT');
  const rollback = sqlite.prepare('ROLLBACK');
  const transaction = <T>(write: () => T): T => {
    begin.run();
    try {
      const result = write();
      commit.run();
      return result;
    } catch (error) {
      if (sqlite.isTransaction) rollback.run(); // a full disk may have rolled back already
      throw error;
    }
  };
  transaction(() => createSchema(sqlite));
  return { sqlite, transaction, close: () => sqlite.close() };
};

const createSchema = (sqlite: DatabaseSync): void => {
  const { user_version: found } = sqlite.prepare('PRAGMA user_version').get() ?? {};
  if (Number(found) > version) {
    throw new Error('The S3 data of this folder were written by a newer release.');
  }
  if (found === version) return;
  const isFirstRelease =
    sqlite.prepare("SELECT 1 FROM pragma_table_info('objects') WHERE name = 'content'").get() !==
    undefined;
  if (isFirstRelease)
    sqlite.exec('ALTER TABLE objects RENAME TO old_objects; DROP TABLE parts; DROP TABLE uploads;');
  sqlite.exec(schema);
  if (isFirstRelease) sqlite.exec(migrateFirstRelease);
  sqlite.exec(`PRAGMA user_version = ${version}`);
};

/*
 * files: how many objects and parts refer to a file; one that is not here is an orphan.
 * details: JSON, see stored-object.ts.
 * outbox: events that are not known to be delivered. AUTOINCREMENT: no id comes twice.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL);
  CREATE TABLE objects (
    bucket TEXT NOT NULL REFERENCES buckets, key TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, modified_at INTEGER NOT NULL,
    details TEXT NOT NULL, PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;
  CREATE TABLE files (name TEXT PRIMARY KEY, refs INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets, key TEXT NOT NULL,
    started_at INTEGER NOT NULL, details TEXT NOT NULL
  );
  CREATE INDEX uploads_by_key ON uploads (bucket, key, id);
  CREATE TABLE parts (
    upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, modified_at INTEGER NOT NULL,
    details TEXT NOT NULL, PRIMARY KEY (upload, number)
  ) WITHOUT ROWID;
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, event TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX outbox_by_time ON outbox (due_at, id);
`;

// The store before this one had an object's bytes in one file, and its SHA-256 as the ETag.
const migrateFirstRelease = `
  INSERT INTO objects
    SELECT bucket, key, size_bytes, etag, modified_at, json_object(
      'headers', json(headers),
      'checksum', CASE WHEN sha256 IS NULL THEN NULL
        ELSE json_object('algorithm', 'SHA256', 'value', sha256, 'type', 'FULL_OBJECT') END,
      'segments', json_array(json_object('file', content, 'offset', 0, 'length', size_bytes)))
    FROM old_objects;
  INSERT INTO files SELECT content, 1 FROM old_objects;
  DROP TABLE old_objects;
`;
