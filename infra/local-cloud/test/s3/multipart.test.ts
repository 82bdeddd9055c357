import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { byteFiles, openS3 } from './s3-harness.ts';

const Bucket = 'pictures';

test('a multipart upload joins its parts, and sends one event', async () => {
  const { client, events, folder } = await openS3();
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
  const sentEarly = [...events];
  const done = await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );

  const found = await client.send(new GetObjectCommand({ Bucket, Key }));
  const joined = Buffer.concat(parts);
  expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(joined)).toBe(true);
  expect(found.ContentType).toBe('image/tiff');
  expect(found.ETag).toBe(done.ETag);
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
  expect(sentEarly).toEqual([]);
  const etag = done.ETag?.replaceAll('"', '');
  const name = 'ObjectCreated:CompleteMultipartUpload';
  await expect
    .poll(() => events)
    .toMatchObject([{ name, key: Key, sizeBytes: joined.length, etag }]);
  await expect.poll(() => byteFiles(folder)).toHaveLength(2); // no byte was copied
});

test('an aborted multipart upload is gone, and missing parts are refused', async () => {
  const { client, folder } = await openS3();
  const Key = 'aborted';
  const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId: begun.UploadId };
  await client.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }));
  const Parts = [{ PartNumber: 2, ETag: `"${'0'.repeat(32)}"` }];

  const complete = () =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  await expect(complete()).rejects.toMatchObject({ name: 'InvalidPart' });
  await client.send(new AbortMultipartUploadCommand(upload));

  await expect(complete()).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect.poll(() => byteFiles(folder)).toEqual([]);
});

test('UploadPartCopy joins parts of an object, as the AWS CLI copies a large one', async () => {
  const { client, folder } = await openS3();
  const bytes = randomBytes(12_000_000);
  const from = 'my folder/ü+(1).tif';
  await client.send(new PutObjectCommand({ Bucket, Key: from, Body: bytes }));
  const Key = 'copy.tif';
  const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const { UploadId } = begun;
  const CopySource = `${Bucket}/${encodeURIComponent(from)}`;

  const Parts = await Promise.all(
    ['bytes=0-5999999', 'bytes=6000000-11999999', undefined].map(async (CopySourceRange, at) => {
      const part = { Bucket, Key, UploadId, PartNumber: at + 1, CopySource, CopySourceRange };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand(part));
      return { ETag: CopyPartResult?.ETag, PartNumber: at + 1 };
    }),
  );
  await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );

  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  const copied = Buffer.from((await Body?.transformToByteArray()) ?? []);
  expect(copied.equals(Buffer.concat([bytes, bytes]))).toBe(true);
  await expect.poll(() => byteFiles(folder)).toHaveLength(1); // shared by both objects
});

test('UploadPartCopy refuses a missing source, an invalid range and a failed condition', async () => {
  const { client, folder } = await openS3();
  await client.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'picture' }));
  const Key = 'copy';
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const copy = (options: Partial<UploadPartCopyCommandInput>) => {
    const part = { Bucket, Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` };
    return client.send(new UploadPartCopyCommand({ ...part, ...options }));
  };

  const refusals = [
    [{ CopySource: `${Bucket}/nothing` }, 'NoSuchKey'],
    [{ CopySourceRange: 'bytes=0-7' }, 'InvalidArgument'],
    [{ CopySourceRange: 'bytes=9-12' }, 'InvalidArgument'],
    [{ CopySourceRange: 'bytes=5-2' }, 'InvalidArgument'],
    [{ CopySourceRange: 'bytes=-3' }, 'InvalidArgument'],
    [{ UploadId: 'never begun' }, 'NoSuchUpload'],
    [{ CopySourceIfMatch: '"another"' }, 'PreconditionFailed'],
  ] as const;

  for (const [source, name] of refusals) await expect(copy(source)).rejects.toMatchObject({ name });
  await expect.poll(() => byteFiles(folder)).toHaveLength(1);
});
