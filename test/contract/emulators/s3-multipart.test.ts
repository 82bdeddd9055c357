import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { someS3 } from './s3-client.ts';

const Bucket = 'pictures';

test('joins the parts of a large upload, and tells of it once', async () => {
  const { client, news, folder } = await someS3();
  const parts = [randomBytes(5 * 1024 * 1024), randomBytes(100_000)];
  const Key = 'large file.tif';
  const begun = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'image/tiff' }),
  );
  const UploadId = begun.UploadId;

  const Parts = await Promise.all(
    parts.map(async (Body, at) => {
      const part = { Bucket, Key, UploadId, PartNumber: at + 1, Body };
      const { ETag } = await client.send(new UploadPartCommand(part));
      return { ETag, PartNumber: at + 1 };
    }),
  );
  const toldEarly = [...news];
  const done = await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );

  const found = await client.send(new GetObjectCommand({ Bucket, Key }));
  const joined = Buffer.concat(parts);
  expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(joined)).toBe(true);
  expect(found.ContentType).toBe('image/tiff');
  expect(found.ETag).toBe(done.ETag);
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  expect(toldEarly).toEqual([]);
  const etag = done.ETag?.replaceAll('"', '');
  const name = 'ObjectCreated:CompleteMultipartUpload';
  expect(news).toEqual([{ name, key: Key, sizeBytes: joined.length, etag }]);
  expect(readdirSync(join(folder, 'contents'))).toHaveLength(1);
});

test('forgets an upload that was given up, and refuses parts that are not there', async () => {
  const { client, folder } = await someS3();
  const Key = 'given up';
  const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId: begun.UploadId };
  await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }));
  const Parts = [{ PartNumber: 2, ETag: `"${'0'.repeat(32)}"` }];

  const complete = () =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  await expect(complete()).rejects.toMatchObject({ name: 'InvalidPart' });
  await client.send(new AbortMultipartUploadCommand(upload));

  await expect(complete()).rejects.toMatchObject({ name: 'NoSuchUpload' });
  expect(readdirSync(join(folder, 'contents'))).toEqual([]);
});
