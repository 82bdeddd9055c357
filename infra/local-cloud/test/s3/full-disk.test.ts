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
import { emptyFolder, sentEvents, startCramped } from './killable.ts';
import { byteFiles, s3ClientAt } from './s3-harness.ts';

const Bucket = 'pictures';
const failed = { $metadata: { httpStatusCode: 500 } };
const tooMuch = Buffer.alloc(500_000); // in one write, of which 300 KB fit

/** An S3 whose disk has no room for a file of more than 300 KB. */
const crampedS3 = async () => {
  const folder = emptyFolder();
  const client = s3ClientAt((await startCramped(folder, 300)).url);
  return { client, folder };
};
const postForm = async (client: S3Client, Key: string) => {
  const { url, fields } = await createPresignedPost(client, { Bucket, Key });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([tooMuch]), 'picture.tif');
  return fetch(url, { method: 'POST', body: form });
};

test('an object that does not fit on the disk is refused, without leftover bytes or an event', async () => {
  const { client, folder } = await crampedS3();

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'large', Body: tooMuch }));
  await expect(put).rejects.toMatchObject(failed);
  const posted = await postForm(client, 'large');

  expect(posted.status).toBe(500);
  const head = client.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
  await expect(head).rejects.toMatchObject({ name: 'NotFound' });
  await expect.poll(() => byteFiles(folder)).toEqual([]);
  expect(sentEvents(folder)).toEqual([]);
});

test('a part that does not fit on the disk is refused', async () => {
  const { client, folder } = await crampedS3();
  const Key = 'large';
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));

  const part = { Bucket, Key, UploadId, PartNumber: 1, Body: tooMuch };
  await expect(client.send(new UploadPartCommand(part))).rejects.toMatchObject(failed);

  await expect.poll(() => byteFiles(folder)).toEqual([]);
});

test('on a full disk smaller objects are stored, and an old object stays where a new one does not fit', async () => {
  const { client, folder } = await crampedS3();
  await client.send(new PutObjectCommand({ Bucket, Key: 'picture', Body: 'the old one' }));

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'picture', Body: tooMuch }));
  await expect(put).rejects.toMatchObject(failed);

  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'picture' }));
  expect(await Body?.transformToString()).toBe('the old one');
  await expect.poll(() => byteFiles(folder)).toHaveLength(1);
});
