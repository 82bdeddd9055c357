import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const schema = `
  CREATE TABLE IF NOT EXISTS queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    attributes TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY,
    queue_id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    body_md5 TEXT NOT NULL,
    attributes TEXT,
    trace_header TEXT,
    group_id TEXT,
    dead_letter_source TEXT,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    first_received_at INTEGER,
    receive_count INTEGER NOT NULL DEFAULT 0,
    receives_elsewhere INTEGER NOT NULL DEFAULT 0,
    receipt TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue_id, visible_at);
  CREATE TABLE IF NOT EXISTS move_tasks (
    handle TEXT PRIMARY KEY,
    source_arn TEXT NOT NULL,
    destination_arn TEXT,
    moved INTEGER NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;
`;

// In pages of 4 KB. A checkpoint syncs the disk, and every request waits for it.
const checkpointPages = 4000;

// For a predecessor that is just ending.
const lockTimeoutMs = 500;

/**
 * The database of all queues, in `sqs.db` of the folder, or in memory. A commit is written to the
 * log before it is answered, so it survives the death of the process at any instruction; the disk is
 * synced at checkpoints only, so a power cut may lose the last commits, but never half of one. One
 * process at a time: a second one is refused (`database is locked`).
 */
export const openDatabase = (folder: string | undefined): DatabaseSync => {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const path = folder === undefined ? ':memory:' : join(folder, 'sqs.db');
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs });
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = ${checkpointPages};
    `);
    prepareTransaction(database)(() => database.exec(schema));
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
};

/** All of it or nothing. Whatever `work` throws is thrown again after the rollback. */
export type Transaction = <T>(work: () => T) => T;

export const prepareTransaction = (database: DatabaseSync): Transaction => {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return (work) => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK'); // a full disk may have ended it already
      throw error;
    }
  };
};
