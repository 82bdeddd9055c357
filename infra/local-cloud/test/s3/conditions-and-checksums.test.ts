import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { Bucket, expectStatus, get, put, readText } from './object-fixtures.ts';
import { byteFiles, openS3 } from './s3-harness.ts';

const head = (client: S3Client, Key: string, rest = {}) =>
  client.send(new HeadObjectCommand({ Bucket, Key, ...rest }));

const sha256Base64 = (bytes: string | Buffer) =>
  createHash('sha256').update(bytes).digest('base64');

test('S3 honors If-Match and If-None-Match', async () => {
  const { client } = await openS3();
  const { ETag } = await put(client, 'a', 'first', { IfNoneMatch: '*' });

  await expect(put(client, 'a', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject(
    expectStatus(412),
  );
  await expect(get(client, 'a', { IfMatch: '"other"' })).rejects.toMatchObject(expectStatus(412));
  await expect(head(client, 'a', { IfMatch: '"other"' })).rejects.toMatchObject(expectStatus(412));
  await expect(get(client, 'a', { IfNoneMatch: ETag })).rejects.toMatchObject(expectStatus(304));

  expect(await readText(client, 'a', { IfMatch: ETag })).toBe('first');
});

test('of many concurrent conditional writers exactly one creates the object', async () => {
  const { client } = await openS3();

  const writes = ['1', '2', '3', '4', '5'].map((text) =>
    put(client, 'a', text, { IfNoneMatch: '*' }),
  );
  const ended = await Promise.allSettled(writes);

  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('S3 verifies checksums, and returns them', async () => {
  const { client, events, folder } = await openS3();
  const right = sha256Base64('picture');

  await put(client, 'right', 'picture', { ChecksumSHA256: right });
  const wrong = put(client, 'wrong', 'picture', { ChecksumSHA256: sha256Base64('another') });

  await expect(wrong).rejects.toMatchObject({ name: 'BadDigest', ...expectStatus(400) });
  await expect(head(client, 'wrong')).rejects.toMatchObject(expectStatus(404));
  const md5 = put(client, 'wrong', 'picture', { ContentMD5: Buffer.alloc(16).toString('base64') });
  await expect(md5).rejects.toMatchObject({ name: 'BadDigest' });
  expect((await head(client, 'right', { ChecksumMode: 'ENABLED' })).ChecksumSHA256).toBe(right);
  expect((await head(client, 'right')).ChecksumSHA256).toBeUndefined();
  expect(await readText(client, 'right', { ChecksumMode: 'ENABLED' })).toBe('picture');
  await expect.poll(() => events.map(({ key }) => key)).toEqual(['right']);
  await expect.poll(() => byteFiles(folder)).toHaveLength(1);
});

test('S3 accepts a chunked stream with a trailing checksum', async () => {
  const { client } = await openS3();
  const bytes = randomBytes(500_000);
  const pieces = [bytes.subarray(0, 7), bytes.subarray(7, 300_000), bytes.subarray(300_000)];

  await client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'streamed',
      Body: Readable.from(pieces),
      ContentLength: bytes.length,
      ChecksumAlgorithm: 'SHA256',
    }),
  );

  const found = await get(client, 'streamed', { ChecksumMode: 'ENABLED' });
  expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  expect(found.ChecksumSHA256).toBe(sha256Base64(bytes));
  expect(found.ContentEncoding).toBeUndefined();
});
