import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, onTestFinished, test } from 'vitest';
import { emptyFolder, sentEvents, startKillable } from './killable.ts';
import { byteFiles, openS3, s3ClientAt, totalBytes } from './s3-harness.ts';

const Bucket = 'pictures';
test('after SIGKILL during a PUT, S3 has the old object, not half a new one', async () => {
  const folder = emptyFolder();
  const first = await startKillable(folder);
  const before = s3ClientAt(first.url);
  await before.send(new PutObjectCommand({ Bucket, Key: 'replaced', Body: 'the old picture' }));
  for (const Key of ['replaced', 'new']) {
    const url = await getSignedUrl(before, new PutObjectCommand({ Bucket, Key }));
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 9_000_000 } });
    upload.on('error', () => {}); // the kill
    upload.write(Buffer.alloc(4_000_000));
  }
  await expect.poll(() => totalBytes(folder)).toBeGreaterThan(5_000_000);

  await first.kill();
  const second = await startKillable(folder);

  const after = s3ClientAt(second.url);
  const { Body } = await after.send(new GetObjectCommand({ Bucket, Key: 'replaced' }));
  expect(await Body?.transformToString()).toBe('the old picture');
  const missing = after.send(new HeadObjectCommand({ Bucket, Key: 'new' }));
  await expect(missing).rejects.toMatchObject({ name: 'NotFound' });
  await expect.poll(() => byteFiles(folder)).toHaveLength(1); // the halves are removed
});

test('an S3 event that its receiver refused is sent again until it is accepted', async () => {
  const errors: unknown[] = [];
  const attempts: string[] = [];
  const { client } = await openS3({
    onEvent: async (_, { sequencer }) => {
      attempts.push(sequencer);
      if (attempts.length < 3) throw new Error('The queue is gone, as this test wants it.');
    },
    onError: (error) => errors.push(error),
  });

  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'picture' }));

  await expect.poll(() => attempts).toHaveLength(3);
  expect(new Set(attempts).size).toBe(1);
  expect(errors).toHaveLength(2);
});

test('pending S3 events are sent at the next start, even when an earlier one cannot be sent', async () => {
  const first = await openS3({
    onEvent: async () => Promise.reject(new Error('no queue')),
    onError: () => {},
  });
  for (const Key of ['a', 'b']) {
    await first.client.send(new PutObjectCommand({ Bucket, Key, Body: 'picture' }));
  }
  await first.stop();

  const sent: string[] = [];
  await openS3({
    folder: first.folder,
    onEvent: async (_, { key }) => {
      if (key === 'a') throw new Error('this one never');
      sent.push(key);
    },
    onError: () => {},
  });

  await expect.poll(() => sent).toEqual(['b']);
});

test('S3 stops although sending an event hangs, and repeats it at the next start', async () => {
  const started: string[] = [];
  const first = await openS3({
    onEvent: (_, { key }) => {
      started.push(key);
      return new Promise(() => {});
    },
  });
  await first.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'picture' }));
  await expect.poll(() => started).toEqual(['a']);

  await first.stop();
  const { events } = await openS3({ folder: first.folder });

  await expect.poll(() => events.map(({ key }) => key)).toEqual(['a']);
});

test('S3 stores no event without a listener', async () => {
  const sent: string[] = [];
  const { client } = await openS3({
    onEvent: async (_, { name, key }) => void sent.push(`${name} ${key}`),
    isWanted: (_, { name, key }) => name.startsWith('ObjectCreated:') && key.endsWith('.jpg'),
  });
  for (const Key of ['a.txt', 'a.jpg']) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'picture' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
  await client.send(new PutObjectCommand({ Bucket, Key: 'last.jpg', Body: 'picture' }));

  await expect.poll(() => sent).toEqual(['ObjectCreated:Put a.jpg', 'ObjectCreated:Put last.jpg']);
});

test('S3 sends the event of an object that was committed just before SIGKILL', async () => {
  const folder = emptyFolder();
  const dying = await startKillable(folder, 'before-first-event');
  const client = s3ClientAt(dying.url);
  // Whether the answer still came is a matter of luck; the object is committed before the event.
  await client
    .send(new PutObjectCommand({ Bucket, Key: 'a.jpg', Body: 'picture' }))
    .catch(() => {});
  await dying.kill();
  expect(sentEvents(folder)).toEqual([]);

  const next = await startKillable(folder);

  const head = new HeadObjectCommand({ Bucket, Key: 'a.jpg' });
  expect((await s3ClientAt(next.url).send(head)).ContentLength).toBe(7);
  await expect
    .poll(() => sentEvents(folder))
    .toMatchObject([{ name: 'ObjectCreated:Put', key: 'a.jpg' }]);
});

test('S3 stores nothing of an upload that the client aborted', async () => {
  const { client, folder, events } = await openS3();
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'cut' }));
  const upload = request(url, { method: 'PUT', headers: { 'content-length': 2_000_000 } });
  upload.on('error', () => {});
  upload.write(Buffer.alloc(1_500_000));
  await expect.poll(() => totalBytes(folder)).toBeGreaterThan(1_000_000);

  upload.destroy();

  await expect.poll(() => byteFiles(folder)).toEqual([]);
  expect(events).toEqual([]);
});

test('S3 stores nothing of an object for which the database has no space', async () => {
  const errors: unknown[] = [];
  const { client, folder, events } = await openS3({ onError: (error) => errors.push(error) });
  const catalogue = new DatabaseSync(join(folder, 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  const noRoom = "BEFORE INSERT ON objects BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
  catalogue.exec(`CREATE TRIGGER full_disk ${noRoom}`);

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'picture' }));

  await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  await expect.poll(() => byteFiles(folder)).toEqual([]);
  expect(events).toEqual([]);
  expect(errors).toHaveLength(1);
});

test('S3 stores nothing of a part whose upload was aborted during its transfer', async () => {
  const { client, folder } = await openS3();
  const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' }));
  const upload = { Bucket, Key: 'large', UploadId: begun.UploadId };
  const url = await getSignedUrl(client, new UploadPartCommand({ ...upload, PartNumber: 1 }));
  const part = request(url, { method: 'PUT', headers: { 'content-length': 2_000_000 } });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    part.once('error', reject);
    part.once('response', (response) => resolve(response.resume().statusCode));
  });
  part.write(Buffer.alloc(1_500_000));
  await expect.poll(() => totalBytes(folder)).toBeGreaterThan(1_000_000);

  await client.send(new AbortMultipartUploadCommand(upload));
  part.end(Buffer.alloc(500_000));

  expect(await answered).toBe(404);
  await expect.poll(() => byteFiles(folder)).toEqual([]);
});
