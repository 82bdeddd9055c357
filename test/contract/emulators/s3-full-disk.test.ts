import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { expect, test } from 'vitest';
import { someFolder, startCramped } from './killable.ts';
import { s3ClientOf } from './s3-client.ts';

const Bucket = 'pictures';
const failed = { $metadata: { httpStatusCode: 500 } };
const tooMuch = Buffer.alloc(500_000); // in one write, of which 300 KB fit

/** An S3 whose disk has no room for a file of more than 300 KB. */
const crampedS3 = async () => {
  const folder = someFolder();
  const client = s3ClientOf((await startCramped('s3', folder, 300)).url);
  return {
    client,
    kept: () => readdirSync(join(folder, 'contents')),
    isToldOf: () => existsSync(join(folder, 'news')),
  };
};
const postForm = async (client: S3Client, Key: string) => {
  const { url, fields } = await createPresignedPost(client, { Bucket, Key });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([tooMuch]), 'picture.tif');
  return fetch(url, { method: 'POST', body: form });
};

test('refuses an object that the disk took only in part, keeps nothing of it, tells nobody', async () => {
  const { client, kept, isToldOf } = await crampedS3();

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'large', Body: tooMuch }));
  await expect(put).rejects.toMatchObject(failed);
  const posted = await postForm(client, 'large');

  expect(posted.status).toBe(500);
  const head = client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
  await expect(head).rejects.toMatchObject({ name: 'NotFound' });
  expect(kept()).toEqual([]);
  expect(isToldOf()).toBe(false);
});

test('refuses a part that the disk took only in part', async () => {
  const { client, kept } = await crampedS3();
  const Key = 'large';
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));

  const part = { Bucket, Key, UploadId, PartNumber: 1, Body: tooMuch };
  await expect(client.send(new UploadPartCommand(part))).rejects.toMatchObject(failed);

  expect(kept()).toEqual([]);
});

test('goes on with what fits, and leaves the old object where a new one does not', async () => {
  const { client, kept } = await crampedS3();
  await client.send(new PutObjectCommand({ Bucket, Key: 'picture', Body: 'the old one' }));

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'picture', Body: tooMuch }));
  await expect(put).rejects.toMatchObject(failed);

  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'picture' }));
  expect(await Body?.transformToString()).toBe('the old one');
  expect(kept()).toHaveLength(1);
});
