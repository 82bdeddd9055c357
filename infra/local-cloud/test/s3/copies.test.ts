import { createHash, randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { byteFiles, openS3 } from './s3-harness.ts';

const Bucket = 'pictures';
const source = { Bucket, Key: 'source' };
const copy = (client: S3Client, options: Partial<CopyObjectCommandInput> = {}) =>
  client.send(
    new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source`, ...options }),
  );
const readBytes = async (client: S3Client, Key: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const putSource = (client: S3Client, Body: string | Buffer = 'picture') =>
  client.send(
    new PutObjectCommand({
      ...source,
      Body,
      ContentType: 'image/jpeg',
      Metadata: { request: 'abc' },
      Tagging: 'colour=red',
    }),
  );

test('CopyObject copies or replaces headers and tags, as the directives say', async () => {
  const { client } = await openS3();
  const { ETag } = await putSource(client);

  await copy(client);
  await copy(client, {
    Key: 'replaced',
    MetadataDirective: 'REPLACE',
    ContentType: 'text/plain',
    Metadata: { other: 'x' },
    TaggingDirective: 'REPLACE',
    Tagging: 'colour=blue',
  });

  const head = (Key: string) => client.send(new HeadObjectCommand({ Bucket, Key }));
  const colour = async (Key: string) =>
    (await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet?.[0]?.Value;
  expect(await head('copy')).toMatchObject({
    ETag,
    ContentType: 'image/jpeg',
    Metadata: { request: 'abc' },
  });
  expect(await head('replaced')).toMatchObject({
    ETag,
    ContentType: 'text/plain',
    Metadata: { other: 'x' },
  });
  expect([await colour('copy'), await colour('replaced')]).toEqual(['red', 'blue']);
});

test('copies of an object share its bytes until the last of them is removed', async () => {
  const { client, folder } = await openS3();
  await putSource(client);
  await copy(client);
  await copy(client, { Key: 'second', CopySource: `${Bucket}/copy` });
  expect(byteFiles(folder)).toHaveLength(1);

  await client.send(new DeleteObjectCommand(source));
  await client.send(new PutObjectCommand({ Bucket, Key: 'copy', Body: 'another' }));
  expect((await readBytes(client, 'second')).toString()).toBe('picture');
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'second' }));

  await expect.poll(() => byteFiles(folder)).toHaveLength(1);
  expect((await readBytes(client, 'copy')).toString()).toBe('another');
});

test('an object is copied onto itself only with changed headers, and without loss', async () => {
  const { client, folder } = await openS3();
  await putSource(client);

  await expect(copy(client, { Key: 'source' })).rejects.toMatchObject({ name: 'InvalidRequest' });
  await copy(client, { Key: 'source', MetadataDirective: 'REPLACE', ContentType: 'text/plain' });

  expect((await readBytes(client, 'source')).toString()).toBe('picture');
  expect(byteFiles(folder)).toHaveLength(1);
});

test('CopyObject checks the conditions on source and target', async () => {
  const { client } = await openS3();
  const { ETag } = await putSource(client);
  const yesterday = new Date(Date.now() - 86_400_000);

  for (const condition of [
    { CopySourceIfMatch: '"other"' },
    { CopySourceIfNoneMatch: ETag },
    { CopySourceIfUnmodifiedSince: yesterday },
    { Key: 'source', MetadataDirective: 'REPLACE', IfNoneMatch: '*' } as const,
  ]) {
    await expect(copy(client, condition)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  }
  await copy(client, { CopySourceIfMatch: ETag, CopySourceIfModifiedSince: yesterday });
  await expect(copy(client, { CopySource: `${Bucket}/none` })).rejects.toMatchObject({
    name: 'NoSuchKey',
  });
  await expect(copy(client, { CopySource: 'nowhere/a' })).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
});

test('the copy of a multipart upload has the MD5 of its bytes as ETag', async () => {
  const { client } = await openS3();
  const bodies = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
  const whole = Buffer.concat(bodies);
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...source, ChecksumAlgorithm: 'SHA256' }),
  );
  const Parts = await Promise.all(
    bodies.map(async (Body, index) => {
      const part = { ...source, UploadId, PartNumber: index + 1, Body };
      return { ETag: (await client.send(new UploadPartCommand(part))).ETag, PartNumber: index + 1 };
    }),
  );
  await client.send(
    new CompleteMultipartUploadCommand({ ...source, UploadId, MultipartUpload: { Parts } }),
  );

  const { CopyObjectResult } = await copy(client);

  expect(CopyObjectResult).toMatchObject({
    ETag: `"${createHash('md5').update(whole).digest('hex')}"`,
    ChecksumSHA256: createHash('sha256').update(whole).digest('base64'),
    ChecksumType: 'FULL_OBJECT',
  });
  expect((await readBytes(client, 'copy')).equals(whole)).toBe(true);
  const last = { Bucket, Key: 'source', PartNumber: 2 };
  const found = await client.send(new GetObjectCommand(last));
  expect(found).toMatchObject({ PartsCount: 2, ContentLength: 1000 });
  expect(
    Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(whole.subarray(-1000)),
  ).toBe(true);
});

test('a reader can finish although the object is replaced meanwhile', async () => {
  const { client, folder } = await openS3();
  const bytes = randomBytes(8_000_000);
  await putSource(client, bytes);
  const { Body } = await client.send(new GetObjectCommand(source));

  await putSource(client, 'another');
  const read = Buffer.from((await Body?.transformToByteArray()) ?? []);

  expect(read.equals(bytes)).toBe(true);
  await expect.poll(() => byteFiles(folder)).toHaveLength(1);
});
