import { createHash, randomBytes } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { Bucket, expectStatus, get, put, readText } from './object-fixtures.ts';
import { byteFiles, openS3 } from './s3-harness.ts';

const list = (client: S3Client, rest = {}) =>
  client.send(new ListObjectsV2Command({ Bucket, ...rest }));

test('an object is read as it was put, with its headers and the MD5 of its bytes as ETag', async () => {
  const { client, events } = await openS3();
  const bytes = randomBytes(3_200_000);

  const { ETag } = await put(client, 'a.jpg', bytes, {
    ContentType: 'image/jpeg',
    CacheControl: 'no-cache',
    Metadata: { request: 'abc' },
  });

  const found = await get(client, 'a.jpg');
  const etag = createHash('md5').update(bytes).digest('hex');
  expect(ETag).toBe(`"${etag}"`);
  expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  expect(found).toMatchObject({
    ContentType: 'image/jpeg',
    CacheControl: 'no-cache',
    Metadata: { request: 'abc' },
    ContentLength: bytes.length,
    ETag,
  });
  const event = { name: 'ObjectCreated:Put', key: 'a.jpg', sizeBytes: bytes.length, etag };
  await expect.poll(() => events).toMatchObject([event]);
});

test.each([
  'a b.jpg',
  'straße/ünï/写真 🎞.jpg',
  'a+b%20c%2Bd.jpg',
  "quotes'(and)*!~.jpg",
  'a//b',
  'folder/',
  '0012',
  '<&>"',
  'über?x=1#y',
  '../../escaped',
  './a/../b/.',
  '/etc/passwd',
  '\u{10FFFF}\u{10FFFF}',
  'carriage\rreturn\u0001',
  'x'.repeat(1024),
])('S3 stores the key %s as it is', async (key) => {
  const { client, events } = await openS3();

  await put(client, key);
  await client.send(
    new CopyObjectCommand({
      Bucket,
      Key: 'copy',
      CopySource: `${Bucket}/${encodeURIComponent(key)}`,
    }),
  );

  expect(await readText(client, key)).toBe('picture');
  expect(await readText(client, 'copy')).toBe('picture');
  expect((await list(client)).Contents?.map(({ Key }) => Key)).toEqual([key, 'copy'].sort());
  await expect
    .poll(() => events.map((event) => [event.name, event.key]))
    .toEqual([
      ['ObjectCreated:Put', key],
      ['ObjectCreated:Copy', 'copy'],
    ]);
  await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: key }, { Key: 'copy' }] } }),
  );
  expect((await list(client)).Contents).toBeUndefined();
});

test('DeleteObjects deletes the objects that match the given ETag, and reports the others', async () => {
  const { client } = await openS3();
  const { ETag } = await put(client, 'a & b');
  await put(client, 'other', 'another picture');
  const remove = (Objects: { Key: string; ETag?: string | undefined }[], Quiet: boolean) =>
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));

  const { Deleted, Errors } = await remove(
    ['a & b', 'other', 'none'].map((Key) => ({ Key, ETag })),
    false,
  );

  expect(Deleted).toMatchObject([{ Key: 'a & b' }]);
  expect(Errors).toMatchObject([
    { Key: 'other', Code: 'PreconditionFailed' },
    { Key: 'none', Code: 'NoSuchKey' },
  ]);
  expect((await list(client)).Contents?.map(({ Key }) => Key)).toEqual(['other']);
  expect(
    (await remove([{ Key: 'other', ETag: '*' }, { Key: 'none' }], true)).Errors,
  ).toBeUndefined();
  expect((await list(client)).Contents).toBeUndefined();
});

test('S3 refuses keys that are too long', async () => {
  const { client, folder } = await openS3();
  const key = 'ü'.repeat(513);

  await expect(put(client, key)).rejects.toMatchObject({ name: 'KeyTooLongError' });
  const source = { Bucket, Key: key, CopySource: `${Bucket}/a` };
  await expect(client.send(new CopyObjectCommand(source))).rejects.toMatchObject(expectStatus(400));

  expect((await list(client)).KeyCount).toBe(0);
  expect(byteFiles(folder)).toEqual([]);
});

test('S3 lists more than a thousand keys, each once and in order', async () => {
  const { client } = await openS3();
  const keys = Array.from({ length: 1_100 }, (_, at) => `many/${String(at).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 100) {
    await Promise.all(keys.slice(at, at + 100).map((key) => put(client, key, 'x')));
  }

  const first = await list(client);
  const second = await list(client, { ContinuationToken: first.NextContinuationToken });

  expect(first).toMatchObject({ IsTruncated: true, KeyCount: 1000 });
  expect(second).toMatchObject({ IsTruncated: false, KeyCount: 100 });
  const listed = [...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key);
  expect(listed).toEqual(keys);
});

test('S3 lists common prefixes, page by page', async () => {
  const { client } = await openS3();
  for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'b-1', 'd/4', 'e']) await put(client, key);

  const shown: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await list(client, { Delimiter: '/', MaxKeys: 2, ContinuationToken: token });
    shown.push(...(page.Contents ?? []).map(({ Key }) => Key));
    shown.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
    token = page.NextContinuationToken;
  } while (token);
  const inside = await list(client, { Delimiter: '/', Prefix: 'b/', StartAfter: 'b/1' });

  expect(shown.sort()).toEqual(['a', 'b-1', 'b/', 'd/', 'e']);
  expect(inside.Contents?.map(({ Key }) => Key)).toEqual(['b/2']);
  expect(inside.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/c/']);
});

test('S3 serves ranges: from, to, both, the last bytes, one byte; and 416 beyond the end', async () => {
  const { client } = await openS3();
  await put(client, 'digits', '0123456789');
  await put(client, 'empty', '', { ContentLength: 0 });

  const range = (Range: string) => readText(client, 'digits', { Range });
  expect(await range('bytes=7-')).toBe('789');
  expect(await range('bytes=2-4')).toBe('234');
  expect(await range('bytes=0-0')).toBe('0');
  expect(await range('bytes=-3')).toBe('789');
  expect(await range('bytes=-300')).toBe('0123456789');
  expect(await range('bytes=8-300')).toBe('89');
  expect((await get(client, 'digits', { Range: 'bytes=2-4' })).ContentRange).toBe('bytes 2-4/10');
  await expect(range('bytes=10-')).rejects.toMatchObject(expectStatus(416));
  expect(await readText(client, 'empty')).toBe('');
  await expect(get(client, 'empty', { Range: 'bytes=0-9' })).rejects.toMatchObject(
    expectStatus(416),
  );
});

test('replaced and deleted objects leave no bytes on the disk', async () => {
  const { client, folder } = await openS3();
  await put(client, 'a', 'first');
  await put(client, 'a', 'second');
  expect(await readText(client, 'a')).toBe('second');
  await expect.poll(() => byteFiles(folder)).toHaveLength(1);

  await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'never there' }));

  await expect(get(client, 'a')).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect.poll(() => byteFiles(folder)).toEqual([]);
});

test('buckets and objects survive a restart', async () => {
  const first = await openS3();
  await first.client.send(new CreateBucketCommand({ Bucket: 'made-later' }));
  await put(first.client, 'stored');
  await first.stop();

  const { client } = await openS3({ folder: first.folder });

  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toEqual(['made-later', 'pictures']);
  expect(await readText(client, 'stored')).toBe('picture');
  const again = client.send(new CreateBucketCommand({ Bucket: 'made-later' }));
  await expect(again).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
  const elsewhere = new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'x' });
  await expect(client.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchBucket' });
});
