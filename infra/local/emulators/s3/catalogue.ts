import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

/** What is known of an object: all but its bytes, which lie in the file `content`. */
export type StoredObject = z.infer<typeof StoredObject>;
const StoredObject = z.object({
  key: z.string(),
  content: z.string(),
  size_bytes: z.number(),
  etag: z.string(),
  sha256: z.string().nullable(),
  headers: z.string().transform((json) => z.record(z.string(), z.string()).parse(JSON.parse(json))),
  modified_at: z.number(),
});

/** A multipart upload that was begun, and one of its parts. */
const Upload = z.object({
  bucket: z.string(),
  key: z.string(),
  headers: StoredObject.shape.headers,
});
const Part = z.object({ number: z.number(), content: z.string(), etag: z.string() });
const Bucket = z.object({ name: z.string(), created_at: z.number() });
const Content = z.object({ content: z.string() });

export type Catalogue = ReturnType<typeof openCatalogue>;

/**
 * Buckets, keys and uploads in SQLite. A key never becomes a path, so it may hold anything; and an
 * object appears, changes and goes in one commit, whatever kills the process.
 */
export const openCatalogue = (folder: string) => {
  const database = new DatabaseSync(join(folder, 'catalogue.sqlite'));
  database.exec(schema);
  const { bucketNamed, allBuckets, addBucket, dropBucket, ...statements } = prepared(database);
  const { find, put, drop, list, addUpload, findUpload, dropUpload, putPart, findParts } =
    statements;

  return {
    buckets: () => z.array(Bucket).parse(allBuckets.all()),
    bucket: (name: string) => Bucket.optional().parse(bucketNamed.get(name)),
    addBucket: (name: string) => void addBucket.run(name, Date.now()),
    dropBucket: (name: string) => void dropBucket.run(name),

    find: (bucket: string, key: string) => StoredObject.optional().parse(find.get(bucket, key)),
    /** Replaces what has the key; gives the content file that is needed no longer. */
    put: (bucket: string, object: StoredObject): string | undefined => {
      const replaced = Content.optional().parse(find.get(bucket, object.key));
      const { key, content, size_bytes, etag, sha256, headers, modified_at } = object;
      const json = JSON.stringify(headers);
      put.run(bucket, key, content, size_bytes, etag, sha256, json, modified_at);
      return replaced?.content;
    },
    drop: (bucket: string, key: string) => Content.optional().parse(drop.get(bucket, key))?.content,
    /** In the order of their UTF-8 bytes, as S3 has it: keys from `from` up to, without, `to`. */
    list: (bucket: string, from: string, to: string, limit: number) =>
      z.array(StoredObject).parse(list.all(bucket, from, to, limit)),

    addUpload: (id: string, bucket: string, key: string, headers: Record<string, string>) =>
      void addUpload.run(id, bucket, key, JSON.stringify(headers)),
    upload: (id: string) => Upload.optional().parse(findUpload.get(id)),
    putPart: (id: string, part: z.infer<typeof Part>) =>
      void putPart.run(id, part.number, part.content, part.etag),
    parts: (id: string) => z.array(Part).parse(findParts.all(id)),
    dropUpload: (id: string) => void dropUpload.run(id),

    /** Every content file that is still spoken for. */
    contents: () =>
      new Set(
        z
          .array(Content)
          .parse(statements.contents.all())
          .map((row) => row.content),
      ),
    close: () => database.close(),
  };
};

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE, key TEXT NOT NULL,
    content TEXT NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT,
    headers TEXT NOT NULL, modified_at INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE,
    key TEXT NOT NULL, headers TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL,
    content TEXT NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (upload, number)
  );
`;

const prepared = (database: DatabaseSync) => ({
  allBuckets: database.prepare('SELECT name, created_at FROM buckets ORDER BY name'),
  bucketNamed: database.prepare('SELECT name, created_at FROM buckets WHERE name = ?'),
  addBucket: database.prepare('INSERT OR IGNORE INTO buckets VALUES (?, ?)'),
  dropBucket: database.prepare('DELETE FROM buckets WHERE name = ?'),
  find: database.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?'),
  put: database.prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
  drop: database.prepare('DELETE FROM objects WHERE bucket = ? AND key = ? RETURNING content'),
  list: database.prepare(
    'SELECT * FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
  ),
  addUpload: database.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?)'),
  findUpload: database.prepare('SELECT bucket, key, headers FROM uploads WHERE id = ?'),
  dropUpload: database.prepare('DELETE FROM uploads WHERE id = ?'),
  putPart: database.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)'),
  findParts: database.prepare('SELECT number, content, etag FROM parts WHERE upload = ?'),
  contents: database.prepare('SELECT content FROM objects UNION ALL SELECT content FROM parts'),
});
