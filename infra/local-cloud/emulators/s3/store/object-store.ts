import * as z from 'zod';
import { noSuchKey, preconditionFailed, S3Error } from '../s3-error.ts';
import type { ObjectEvent, ObjectEventName } from '../s3-event.ts';
import type { ByteFiles } from './byte-files.ts';
import { checkWriteConditions, etagMatches, type WriteConditions } from './conditions.ts';
import type { FileReferences } from './file-references.ts';
import type { Database } from './open-database.ts';
import type { Outbox } from './outbox.ts';
import { type ObjectDetails, StoredObject, type Tags } from './stored-object.ts';

/** An object whose bytes are in files already. */
export type NewObject = { key: string; sizeBytes: number; etag: string; details: ObjectDetails };

const ListedObject = StoredObject.omit({ details: true }).extend({
  algorithm: z.string().nullable(),
  type: z.string().nullable(),
  storage_class: z.string().nullable(),
});
export type ListedObject = z.infer<typeof ListedObject>;

export type StoreParts = {
  database: Database;
  files: ByteFiles;
  references: FileReferences;
  outbox: Outbox;
  /** Whether such an event has a listener; if not, it is not stored. */
  isWanted: (bucket: string, event: { name: ObjectEventName; key: string }) => boolean;
};

export type ObjectStore = ReturnType<typeof objectStore>;

/** Objects that are whole or absent, each committed together with its event. */
export const objectStore = (parts: StoreParts) => {
  const { database, files, outbox } = parts;
  const { list, setTags } = statements(database);
  const { find, replace, removeOne } = objectChanges(parts);

  /** After the commit. */
  const settle = (released: readonly string[]) => {
    files.remove(released);
    outbox.send();
  };

  return {
    find,
    /** In an open transaction; `settle` must follow when it is committed. */
    replace,
    settle,
    /** Throws PreconditionFailed, and removes the new bytes, if a condition does not hold. */
    put: (
      bucket: string,
      object: NewObject,
      name: ObjectEventName,
      conditions: WriteConditions = {},
    ): StoredObject => {
      try {
        const { stored, released } = database.transaction(() =>
          replace(bucket, object, name, conditions),
        );
        settle(released);
        return stored;
      } catch (error) {
        files.remove(object.details.segments.map(({ file }) => file));
        throw error;
      }
    },
    /** With an ETag only the object that has it. All in one commit; gives what was refused. */
    remove: (bucket: string, wanted: readonly { key: string; etag?: string | undefined }[]) => {
      const released: string[] = [];
      const refused = new Map<string, S3Error>();
      database.transaction(() => {
        for (const { key, etag } of wanted) {
          try {
            released.push(...removeOne(bucket, key, etag));
          } catch (error) {
            if (!(error instanceof S3Error)) throw error;
            refused.set(key, error);
          }
        }
      });
      settle(released);
      return refused;
    },
    /** They are no new object: neither the ETag nor the time changes, and no event is sent. */
    setTags: (bucket: string, key: string, tags: Tags): void =>
      void setTags.run(JSON.stringify(tags), bucket, key),
    /** In the order of their UTF-8 bytes, as S3 has it: keys from `from` up to, without, `to`. */
    list: (bucket: string, from: string, to: string, limit: number) =>
      z.array(ListedObject).parse(list.all(bucket, from, to, limit)),
  };
};

/** What is done to the rows of objects, in the transaction that is open. */
const objectChanges = (parts: StoreParts) => {
  const { database, references, outbox, isWanted } = parts;
  const { find, put, remove } = statements(database);

  const findObject = (bucket: string, key: string) =>
    StoredObject.optional().parse(find.get(bucket, key));
  const addEvent = (bucket: string, event: Omit<ObjectEvent, 'sequencer'>) => {
    if (isWanted(bucket, event)) outbox.add(bucket, event);
  };

  /** Gives the files that are needed no longer, too. */
  const replace = (
    bucket: string,
    object: NewObject,
    name: ObjectEventName,
    conditions: WriteConditions,
  ): { stored: StoredObject; released: string[] } => {
    const { key, sizeBytes, etag, details } = object;
    const present = findObject(bucket, key);
    checkWriteConditions(key, present, conditions);
    references.retain(details.segments); // first: an object may be copied onto itself
    const released = references.release(present?.details.segments ?? []);
    const at = Date.now();
    put.run(bucket, key, sizeBytes, etag, at, JSON.stringify(details));
    addEvent(bucket, { name, key, sizeBytes, etag, at });
    return { stored: { key, size_bytes: sizeBytes, etag, modified_at: at, details }, released };
  };
  /** As above. With an ETag only the object that has it; throws if it is not there. */
  const removeOne = (bucket: string, key: string, etag: string | undefined): string[] => {
    const present = findObject(bucket, key);
    if (etag !== undefined && !present) throw noSuchKey(key);
    if (!present) return [];
    if (etag !== undefined && !etagMatches(etag, present.etag))
      throw preconditionFailed('If-Match');
    remove.run(bucket, key);
    const event = { name: 'ObjectRemoved:Delete', sizeBytes: 0, etag: present.etag } as const;
    addEvent(bucket, { ...event, key, at: Date.now() });
    return references.release(present.details.segments);
  };

  return { find: findObject, replace, removeOne };
};

const statements = ({ sqlite }: Database) => ({
  find: sqlite.prepare(
    'SELECT key, size_bytes, etag, modified_at, details FROM objects WHERE bucket = ? AND key = ?',
  ),
  put: sqlite.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)'),
  remove: sqlite.prepare('DELETE FROM objects WHERE bucket = ? AND key = ?'),
  setTags: sqlite.prepare(
    "UPDATE objects SET details = json_set(details, '$.tags', json(?)) WHERE bucket = ? AND key = ?",
  ),
  list: sqlite.prepare(`
    SELECT key, size_bytes, etag, modified_at,
      details ->> '$.checksum.algorithm' AS algorithm, details ->> '$.checksum.type' AS type,
      details ->> '$.headers."x-amz-storage-class"' AS storage_class
    FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?
  `),
});
