import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';
import type { StreamDefinition } from './table-definition.ts';

export type StreamEvent = 'INSERT' | 'MODIFY' | 'REMOVE';

/** A change as it is stored: JSON texts of the key and of the item before and after. */
export type StreamChange = {
  event: StreamEvent;
  keys: string;
  oldImage: string | undefined;
  newImage: string | undefined;
  sizeBytes: number;
  /** Removed by the time to live, not by a request. */
  isExpiry: boolean;
};
export type StreamRow = StreamChange & {
  /** Positive, and greater than that of every earlier change. */
  sequence: number;
  eventId: string;
  /** Milliseconds. */
  at: number;
};

/** The records of one stream, in the order of the commits that they belong to. */
export type StreamStore = {
  readonly definition: StreamDefinition;
  /** To be called in the transaction that makes the change. */
  append(change: StreamChange, at: number): void;
  /**
   * Gives `visit` the records with a sequence greater than `after`, no older than `since`
   * (milliseconds), until it says false.
   */
  read(
    options: { after: number; since: number; limit: number },
    visit: (row: StreamRow) => boolean,
  ): void;
  /** Sequence of the last record ever, trimmed ones included; 0 before the first. */
  lastSequence(): number;
  /** Sequence of the first record that is no older than `since`. */
  firstSequence(since: number): number | undefined;
  /** Removes some of the records that are older; returns how many. */
  trim(before: number): number;
};

const getSqlTable = ({ id }: StreamDefinition) => `stream_${id}`;

export const createStreamTable = (database: Database, stream: StreamDefinition): void =>
  // AUTOINCREMENT: a number is not given again after its record was trimmed.
  database.execute(
    `CREATE TABLE ${getSqlTable(stream)} (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event_id TEXT NOT NULL,
      event TEXT NOT NULL, keys TEXT NOT NULL, old_image TEXT, new_image TEXT,
      size INTEGER NOT NULL, is_expiry INTEGER NOT NULL
    )`,
  );

export const dropStreamTable = (database: Database, stream: StreamDefinition): void => {
  database.execute(`DROP TABLE ${getSqlTable(stream)}`);
  database.forget(getSqlTable(stream));
};

const recordsPerTrim = 1000;

export const streamStore = (database: Database, definition: StreamDefinition): StreamStore => {
  const table = getSqlTable(definition);
  const { viewType } = definition;
  const hasOld = viewType === 'OLD_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const hasNew = viewType === 'NEW_IMAGE' || viewType === 'NEW_AND_OLD_IMAGES';
  const insert = database.prepare(
    `INSERT INTO ${table} (at, event_id, event, keys, old_image, new_image, size, is_expiry)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const select = database.prepare(
    `SELECT sequence, at, event_id, event, keys, old_image, new_image, size, is_expiry
      FROM ${table} WHERE sequence > ? AND at >= ? ORDER BY sequence LIMIT ?`,
  );
  const last = database.prepare('SELECT seq FROM sqlite_sequence WHERE name = ?');
  const first = database.prepare(
    `SELECT sequence FROM ${table} WHERE at >= ? ORDER BY sequence LIMIT 1`,
  );
  const trim = database.prepare(
    `DELETE FROM ${table} WHERE sequence IN (
      SELECT sequence FROM (SELECT sequence, at FROM ${table} ORDER BY sequence LIMIT ${recordsPerTrim})
      WHERE at < ?)`,
  );
  const numberIn = (row: unknown): number | undefined => (row as [number] | undefined)?.[0];

  return {
    definition,
    append: ({ event, keys, oldImage, newImage, sizeBytes, isExpiry }, at) => {
      const images = [(hasOld && oldImage) || null, (hasNew && newImage) || null] as const;
      insert.run(at, randomUUID(), event, keys, ...images, sizeBytes, Number(isExpiry));
    },
    read: ({ after, since, limit }, visit) => {
      for (const row of select.iterate(after, since, limit))
        if (!visit(toRow(row as unknown as Parameters<typeof toRow>[0]))) return;
    },
    lastSequence: () => numberIn(last.get(table)) ?? 0,
    firstSequence: (since) => numberIn(first.get(since)),
    trim: (before) => Number(trim.run(before).changes),
  };
};

const toRow = ([sequence, at, eventId, event, keys, oldImage, newImage, sizeBytes, isExpiry]: [
  number,
  number,
  string,
  StreamEvent,
  string,
  string | null,
  string | null,
  number,
  number,
]): StreamRow => ({
  sequence,
  at,
  eventId,
  event,
  keys,
  oldImage: oldImage ?? undefined,
  newImage: newImage ?? undefined,
  sizeBytes,
  isExpiry: isExpiry === 1,
});
