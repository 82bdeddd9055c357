import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CopyObjectCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { emptyFolder } from './killable.ts';
import { byteFiles, openS3 } from './s3-harness.ts';

const Bucket = 'pictures';
const etag = createHash('sha256').update('picture').digest('hex'); // as it was then
const sha256 = Buffer.from(etag, 'hex').toString('base64');

/** A folder as the store before this one left it. */
const oldFolder = (): string => {
  const folder = emptyFolder();
  mkdirSync(join(folder, 'contents'));
  for (const name of ['one', 'two', 'part', 'orphan']) {
    writeFileSync(join(folder, 'contents', name), 'picture');
  }
  const database = new DatabaseSync(join(folder, 'catalogue.sqlite'));
  database.exec(`
    CREATE TABLE buckets (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL);
    CREATE TABLE objects (
      bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE, key TEXT NOT NULL,
      content TEXT NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, sha256 TEXT,
      headers TEXT NOT NULL, modified_at INTEGER NOT NULL, PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;
    CREATE TABLE uploads (
      id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE,
      key TEXT NOT NULL, headers TEXT NOT NULL
    );
    CREATE TABLE parts (
      upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL,
      content TEXT NOT NULL, etag TEXT NOT NULL, PRIMARY KEY (upload, number)
    );
    INSERT INTO buckets VALUES ('pictures', 1);
    INSERT INTO objects VALUES
      ('pictures', 'a', 'one', 7, '${etag}', '${sha256}', '{"content-type":"image/jpeg"}', 1000),
      ('pictures', 'b', 'two', 7, '${etag}', NULL, '{"x-amz-meta-request":"abc"}', 2000);
    INSERT INTO uploads VALUES ('u', 'pictures', 'c', '{}');
    INSERT INTO parts VALUES ('u', 1, 'part', 'x');
  `);
  database.close();
  return folder;
};

test('S3 migrates the objects that the first release stored', async () => {
  const folder = oldFolder();

  const first = await openS3({ folder });
  await first.client.send(
    new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a` }),
  );
  await first.stop();
  const { client } = await openS3({ folder }); // and only once

  const found = await client.send(
    new GetObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }),
  );
  expect(await found.Body?.transformToString()).toBe('picture');
  expect(found).toMatchObject({
    ETag: `"${etag}"`,
    ContentType: 'image/jpeg',
    ChecksumSHA256: sha256,
    LastModified: new Date(1000),
  });
  const other = await client.send(new GetObjectCommand({ Bucket, Key: 'b' }));
  expect(await other.Body?.transformToString()).toBe('picture');
  expect(other.Metadata).toEqual({ request: 'abc' });
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(['a', 'b', 'copy']);
  await expect.poll(() => byteFiles(folder).sort()).toEqual(['one', 'two']);
});
