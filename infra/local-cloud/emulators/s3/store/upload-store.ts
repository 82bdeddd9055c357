import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { S3Error } from '../s3-error.ts';
import type { WriteConditions } from './conditions.ts';
import type { NewObject, ObjectStore, StoreParts } from './object-store.ts';
import { Part, type StoredObject, Upload, type UploadDetails } from './stored-object.ts';

export type NewPart = Omit<Part, 'modified_at'>;
export type UploadAddress = { bucket: string; key: string; uploadId: string };
export type UploadStore = ReturnType<typeof uploadStore>;

/** Uploads in parts, until they are completed or aborted. */
export const uploadStore = (
  parts: Omit<StoreParts, 'isWanted' | 'outbox'>,
  objects: ObjectStore,
) => {
  const { database, files, references } = parts;
  const { add, list, addPart, findPart } = statements(parts);
  const { find, allParts, drop } = uploadRows(parts);

  return {
    find,
    begin: (bucket: string, key: string, details: UploadDetails): string => {
      const id = randomUUID().replaceAll('-', '');
      add.run(id, bucket, key, Date.now(), JSON.stringify(details));
      return id;
    },
    /** Replaces a part with the same number. Removes the bytes if the upload has gone meanwhile. */
    putPart: (address: UploadAddress, part: NewPart): Part => {
      const modified_at = Date.now();
      const { number, size_bytes, etag, details } = part;
      try {
        const released = database.transaction(() => {
          const { id } = find(address);
          const replaced = Part.optional().parse(findPart.get(id, number));
          references.retain(details.segments);
          addPart.run(id, number, size_bytes, etag, modified_at, JSON.stringify(details));
          return references.release(replaced?.details.segments ?? []);
        });
        files.remove(released);
        return { ...part, modified_at };
      } catch (error) {
        files.remove(details.segments.map(({ file }) => file));
        throw error;
      }
    },
    parts: allParts,
    /** The object, the end of the upload and the event are one commit. */
    complete: (
      address: UploadAddress,
      toObject: (upload: Upload, parts: Part[]) => NewObject,
      conditions: WriteConditions,
    ): StoredObject => {
      const { stored, released } = database.transaction(() => {
        const object = toObject(find(address), allParts(address.uploadId));
        const name = 'ObjectCreated:CompleteMultipartUpload';
        const replaced = objects.replace(address.bucket, object, name, conditions);
        return {
          stored: replaced.stored,
          released: [...replaced.released, ...drop(address.uploadId)],
        };
      });
      objects.settle(released);
      return stored;
    },
    abort: (address: UploadAddress): void => {
      files.remove(database.transaction(() => drop(find(address).id)));
    },
    /** By key and id, after a key and an id. */
    list: (bucket: string, prefix: string, after: { key: string; id: string }, limit: number) =>
      z
        .array(Upload)
        .parse(list.all(bucket, after.key, after.key, after.id, prefix, prefix, limit)),
  };
};

const uploadRows = ({ database, references }: Pick<StoreParts, 'database' | 'references'>) => {
  const { find, remove, listParts } = statements({ database });

  /** Throws NoSuchUpload: an upload belongs to one bucket and one key. */
  const findUpload = ({ bucket, key, uploadId }: UploadAddress): Upload => {
    const upload = Upload.optional().parse(find.get(uploadId));
    if (upload && upload.bucket === bucket && upload.key === key) return upload;
    throw new S3Error(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { UploadId: uploadId },
    );
  };
  const allParts = (uploadId: string, after = 0, limit = -1) =>
    z.array(Part).parse(listParts.all(uploadId, after, limit));
  /** In the transaction that is open; gives the files that are needed no longer. */
  const drop = (uploadId: string): string[] => {
    const released = allParts(uploadId).flatMap(({ details }) =>
      references.release(details.segments),
    );
    remove.run(uploadId);
    return released;
  };

  return { find: findUpload, allParts, drop };
};

const statements = ({ database: { sqlite } }: Pick<StoreParts, 'database'>) => ({
  add: sqlite.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)'),
  find: sqlite.prepare('SELECT id, bucket, key, started_at, details FROM uploads WHERE id = ?'),
  remove: sqlite.prepare('DELETE FROM uploads WHERE id = ?'),
  list: sqlite.prepare(`
    SELECT id, bucket, key, started_at, details FROM uploads
    WHERE bucket = ? AND (key > ? OR (key = ? AND id > ?)) AND substr(key, 1, length(?)) = ?
    ORDER BY key, id LIMIT ?
  `),
  addPart: sqlite.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)'),
  findPart: sqlite.prepare(
    'SELECT number, size_bytes, etag, modified_at, details FROM parts WHERE upload = ? AND number = ?',
  ),
  listParts: sqlite.prepare(`
    SELECT number, size_bytes, etag, modified_at, details FROM parts
    WHERE upload = ? AND number > ? ORDER BY number LIMIT ?
  `),
});
