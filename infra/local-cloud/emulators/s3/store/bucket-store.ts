import * as z from 'zod';
import type { FileReferences } from './file-references.ts';
import type { Database } from './open-database.ts';
import { Bucket } from './stored-object.ts';

export type BucketStore = ReturnType<typeof bucketStore>;

export const bucketStore = ({ sqlite, transaction }: Database, references: FileReferences) => {
  const all = sqlite.prepare('SELECT name, created_at FROM buckets ORDER BY name');
  const find = sqlite.prepare('SELECT name, created_at FROM buckets WHERE name = ?');
  const add = sqlite.prepare('INSERT OR IGNORE INTO buckets VALUES (?, ?)');
  const remove = sqlite.prepare('DELETE FROM buckets WHERE name = ?');
  const anyObject = sqlite.prepare('SELECT 1 FROM objects WHERE bucket = ? LIMIT 1');
  const fileNames = sqlite.prepare(`
    SELECT segment.value ->> 'file' AS file
    FROM uploads JOIN parts ON parts.upload = uploads.id,
      json_each(parts.details, '$.segments') AS segment
    WHERE uploads.bucket = ?
  `);
  const removeUploads = sqlite.prepare('DELETE FROM uploads WHERE bucket = ?');

  return {
    list: () => z.array(Bucket).parse(all.all()),
    find: (name: string) => Bucket.optional().parse(find.get(name)),
    /** False if there is one already. */
    add: (name: string): boolean => Number(add.run(name, Date.now()).changes) > 0,
    /** With its unfinished uploads; gives the files that they had. Undefined if it holds objects. */
    remove: (name: string): string[] | undefined =>
      transaction(() => {
        if (anyObject.get(name)) return undefined;
        const segments = fileNames
          .all(name)
          .map(({ file }) => ({ file: String(file), offset: 0, length: 0 }));
        removeUploads.run(name);
        remove.run(name);
        return references.release(segments);
      }),
  };
};
