import { randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  GetObjectTorrentCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { openS3 } from './s3-harness.ts';

const Bucket = 'pictures';
const at = { Bucket, Key: 'a & b.jpg' };
const put = (client: S3Client, options = {}) =>
  client.send(new PutObjectCommand({ ...at, Body: 'picture', ...options }));

test('GetObjectAttributes describes an object', async () => {
  const { client } = await openS3();
  const { ETag } = await put(client);

  const attributes = await client.send(
    new GetObjectAttributesCommand({
      ...at,
      ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass', 'Checksum', 'ObjectParts'],
    }),
  );

  expect(attributes).toMatchObject({
    ETag: ETag?.replaceAll('"', ''),
    ObjectSize: 7,
    StorageClass: 'STANDARD',
  });
  expect(attributes.ObjectParts).toBeUndefined();
});

test('S3 returns the location, versioning and owner of a bucket', async () => {
  const { client } = await openS3({ region: 'eu-central-1' });
  await put(client);

  expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({
    LocationConstraint: 'eu-central-1',
  });
  expect((await client.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('eu-central-1');
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
  expect(Status).toBeUndefined();
  for (const command of [new GetBucketAclCommand({ Bucket }), new GetObjectAclCommand(at)]) {
    const { Owner, Grants } = await client.send(command as GetBucketAclCommand);
    expect(Grants).toMatchObject([{ Grantee: { ID: Owner?.ID }, Permission: 'FULL_CONTROL' }]);
  }
});

test('S3 stores, returns and removes tags', async () => {
  const { client, events } = await openS3();
  await put(client, { Tagging: 'colour=red&note=a%20b+c' });
  const tags = async () => (await client.send(new GetObjectTaggingCommand(at))).TagSet;

  expect(await tags()).toEqual([
    { Key: 'colour', Value: 'red' },
    { Key: 'note', Value: 'a b c' },
  ]);
  expect((await client.send(new GetObjectCommand(at))).TagCount).toBe(2);
  const TagSet = [{ Key: '<size>', Value: '"large" & ü' }];
  await client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
  expect(await tags()).toEqual(TagSet);
  await client.send(new DeleteObjectTaggingCommand(at));
  expect(await tags()).toEqual([]);
  await expect.poll(() => events).toHaveLength(1); // tags are no new object

  const many = Array.from({ length: 11 }, (_, index) => ({ Key: `${index}`, Value: '' }));
  const tooMany = new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: many } });
  await expect(client.send(tooMany)).rejects.toMatchObject({ name: 'BadRequest' });
  await expect(put(client, { Tagging: 'a=1&a=2' })).rejects.toMatchObject({ name: 'InvalidTag' });
});

test('S3 lists multipart uploads and their parts, page by page', async () => {
  const { client } = await openS3();
  const begin = async (Key: string) =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId;
  const ids = [await begin('b'), await begin('a'), await begin('a'), await begin('c')];
  const upload = { Bucket, Key: 'b', UploadId: ids[0] };
  for (const PartNumber of [3, 1, 7]) {
    const Body = 'x'.repeat(PartNumber);
    await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
  }

  const seen: string[] = [];
  let marker = {};
  for (let isTruncated = true; isTruncated; ) {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, ...marker }),
    );
    seen.push(...(page.Uploads ?? []).map(({ Key }) => String(Key)));
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    isTruncated = page.IsTruncated ?? false;
  }
  expect(seen).toEqual(['a', 'a', 'b', 'c']);
  const first = await client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
  const PartNumberMarker = first.NextPartNumberMarker;
  const second = await client.send(new ListPartsCommand({ ...upload, PartNumberMarker }));
  expect(first).toMatchObject({ IsTruncated: true, Parts: [{ Size: 1 }, { Size: 3 }] });
  expect(second).toMatchObject({ IsTruncated: false, Parts: [{ Size: 7, PartNumber: 7 }] });
});

test('S3 accepts a part only for the key and bucket of its upload', async () => {
  const { client } = await openS3({ buckets: ['pictures', 'others'] });
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const part = { ...at, UploadId, PartNumber: 1, Body: 'x' };

  for (const other of [{ Key: 'another' }, { Bucket: 'others' }, { UploadId: 'none' }]) {
    await expect(client.send(new UploadPartCommand({ ...part, ...other }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  }
  await expect(
    client.send(new UploadPartCommand({ ...part, PartNumber: 10_001 })),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('completing a multipart upload twice makes one object and one event', async () => {
  const { client, events } = await openS3();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const bodies = [randomBytes(5 * 1024 * 1024), randomBytes(10)];
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const [index, Body] of bodies.entries()) {
    const part = { ...at, UploadId, PartNumber: index + 1, Body };
    Parts.push({
      PartNumber: index + 1,
      ETag: (await client.send(new UploadPartCommand(part))).ETag,
    });
  }
  const complete = (parts: typeof Parts) =>
    client.send(
      new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: parts } }),
    );

  await expect(complete(Parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  const first = await complete(Parts);
  const again = await complete(Parts);

  expect(again.ETag).toBe(first.ETag);
  await expect
    .poll(() => events.map(({ name }) => name))
    .toEqual(['ObjectCreated:CompleteMultipartUpload']);
});

test('S3 refuses a part before the last that is smaller than 5 MB', async () => {
  const { client } = await openS3();
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const Parts = [];
  for (const PartNumber of [1, 2]) {
    const part = { ...at, UploadId, PartNumber, Body: 'small' };
    Parts.push({ PartNumber, ETag: (await client.send(new UploadPartCommand(part))).ETag });
  }
  const complete = { ...at, UploadId, MultipartUpload: { Parts } };

  await expect(client.send(new CompleteMultipartUploadCommand(complete))).rejects.toMatchObject({
    name: 'EntityTooSmall',
  });
});

test('S3 lists objects by presigned URLs, in both versions', async () => {
  const { client } = await openS3();
  await put(client);

  for (const command of [
    new ListObjectsV2Command({ Bucket, Prefix: 'a ' }),
    new ListObjectsCommand({ Bucket, Prefix: 'a ' }),
  ]) {
    const listed = await fetch(await getSignedUrl(client, command as ListObjectsV2Command));
    expect(listed.status).toBe(200);
    expect(await listed.text()).toContain('<Key>a &amp; b.jpg</Key>');
  }
});

test.each([
  ['GetBucketPolicy', new GetBucketPolicyCommand({ Bucket })],
  ['GetBucketCors', new GetBucketCorsCommand({ Bucket })],
  [
    'PutBucketVersioning',
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  ],
  ['ListObjectVersions', new ListObjectVersionsCommand({ Bucket })],
  ['GetObjectTorrent', new GetObjectTorrentCommand(at)],
  ['GetObjectRetention', new GetObjectRetentionCommand(at)],
  ['PutObjectAcl', new PutObjectAclCommand({ ...at, ACL: 'public-read' })],
  ['RestoreObject', new RestoreObjectCommand(at)],
])('S3 answers %s with 501, in its XML', async (_, command) => {
  const { client } = await openS3();
  await put(client);

  await expect(client.send(command as GetBucketPolicyCommand)).rejects.toMatchObject({
    name: 'NotImplemented',
    $metadata: { httpStatusCode: 501 },
  });
});

test.each([
  ['another ACL', { ACL: 'public-read' }, 'AccessControlListNotSupported'],
  ['a key of KMS', { ServerSideEncryption: 'aws:kms' }, 'NotImplemented'],
  ['an object lock', { ObjectLockLegalHoldStatus: 'ON' }, 'NotImplemented'],
  ['3 KB of metadata', { Metadata: { a: 'x'.repeat(3000) } }, 'MetadataTooLarge'],
])('S3 refuses a PUT that requests %s, and stores nothing', async (_, options, name) => {
  const { client } = await openS3();

  await expect(put(client, options)).rejects.toMatchObject({ name });
  const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(KeyCount).toBe(0);
});

test('S3 deletes a bucket only when it is empty', async () => {
  const { client } = await openS3();
  await put(client);
  const remove = () => client.send(new DeleteBucketCommand({ Bucket }));

  await expect(remove()).rejects.toMatchObject({ name: 'BucketNotEmpty' });
});
