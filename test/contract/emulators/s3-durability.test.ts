import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, onTestFinished, test, vi } from 'vitest';
import { eventually } from './eventually.ts';
import { someFolder, startKillable } from './killable.ts';
import { s3ClientOf, someS3 } from './s3-client.ts';

const Bucket = 'pictures';
const bytesIn = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
    : 0;

test('shows the old object, not half a new one, after SIGKILL during a PUT', async () => {
  const folder = someFolder();
  const first = await startKillable('s3', folder);
  const before = s3ClientOf(first.url);
  await before.send(new PutObjectCommand({ Bucket, Key: 'replaced', Body: 'the old picture' }));
  const contents = join(folder, 'contents');
  for (const Key of ['replaced', 'new']) {
    const url = await getSignedUrl(before, new PutObjectCommand({ Bucket, Key }));
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 9_000_000 } });
    upload.on('error', () => {}); // the kill
    upload.write(Buffer.alloc(4_000_000));
  }
  const written = await eventually(
    async () => bytesIn(contents),
    (bytes) => bytes > 5_000_000,
  );
  expect(written).toBeGreaterThan(5_000_000);

  await first.kill();
  const second = await startKillable('s3', folder);

  const after = s3ClientOf(second.url);
  const { Body } = await after.send(new GetObjectCommand({ Bucket, Key: 'replaced' }));
  expect(await Body?.transformToString()).toBe('the old picture');
  const missing = after.send(new HeadObjectCommand({ Bucket, Key: 'new' }));
  await expect(missing).rejects.toMatchObject({ name: 'NotFound' });
  expect(readdirSync(contents)).toHaveLength(1); // the halves are swept up
});

test('has told of every object it answered for, whenever SIGKILL comes', async () => {
  const folder = someFolder();
  const child = await startKillable('s3', folder);
  const client = s3ClientOf(child.url);
  const answered: string[] = [];
  const keepPutting = async (worker: number) => {
    for (let at = 0; ; at++) {
      const Key = `${worker}-${at}`;
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'picture' }));
      if (answered.push(Key) === 30) void child.kill();
    }
  };

  await Promise.all([1, 2, 3, 4].map((worker) => keepPutting(worker).catch(() => {})));

  const told = new Set(readFileSync(join(folder, 'news'), 'utf8').split('\n'));
  expect(answered.length).toBeGreaterThanOrEqual(30);
  expect(answered.filter((key) => !told.has(key))).toEqual([]);
});

test('answers a PUT only when its news was delivered, and 500 when that failed', async () => {
  let deliver = () => {};
  let ingest = () => {};
  const newImage = new Promise<void>((resolve) => {
    ingest = resolve;
  });
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => reported.mockRestore());
  const { client } = await someS3({
    onEvent: async (_, { key }) => {
      if (key === 'untold') throw new Error('The queue is gone, as this test wants it.');
      deliver();
      await newImage;
    },
  });
  const asked = new Promise<void>((resolve) => {
    deliver = resolve;
  });
  let isAnswered = false;
  const put = client
    .send(new PutObjectCommand({ Bucket, Key: 'told', Body: 'picture' }))
    .then(() => {
      isAnswered = true;
    });

  await asked;
  const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: 'told' }));

  expect(ContentLength).toBe(7); // who hears the news finds the object
  expect(isAnswered).toBe(false);
  ingest();
  await put;
  const untold = client.send(new PutObjectCommand({ Bucket, Key: 'untold', Body: 'picture' }));
  await expect(untold).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  expect(reported).toHaveBeenCalledOnce();
});

test('keeps nothing of an upload that its sender cut off', async () => {
  const { client, folder, notification } = await someS3();
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'cut' }));
  const upload = request(url, { method: 'PUT', headers: { 'content-length': 2_000_000 } });
  upload.on('error', () => {});
  upload.write(Buffer.alloc(1_500_000));
  const contents = join(folder, 'contents');
  await eventually(
    async () => bytesIn(contents),
    (bytes) => bytes > 1_000_000,
  );

  upload.destroy();
  const left = await eventually(
    async () => readdirSync(contents),
    (names) => names.length === 0,
  );

  expect(left).toEqual([]);
  expect(notification).toEqual([]);
});

test('keeps nothing of an object that the catalogue has no room for', async () => {
  const { client, folder, notification } = await someS3();
  const catalogue = new DatabaseSync(join(folder, 'catalogue.sqlite'));
  onTestFinished(() => catalogue.close());
  const noRoom = "BEFORE INSERT ON objects BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";
  catalogue.exec(`CREATE TRIGGER full_disk ${noRoom}`);
  const reported = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => reported.mockRestore());

  const put = client.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'picture' }));

  await expect(put).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  expect(readdirSync(join(folder, 'contents'))).toEqual([]);
  expect(notification).toEqual([]);
});

test('keeps nothing of a part whose upload was given up while it came', async () => {
  const { client, folder } = await someS3();
  const begun = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'large' }));
  const upload = { Bucket, Key: 'large', UploadId: begun.UploadId };
  const url = await getSignedUrl(client, new UploadPartCommand({ ...upload, PartNumber: 1 }));
  const part = request(url, { method: 'PUT', headers: { 'content-length': 2_000_000 } });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    part.once('error', reject);
    part.once('response', (response) => resolve(response.resume().statusCode));
  });
  part.write(Buffer.alloc(1_500_000));
  const contents = join(folder, 'contents');
  await eventually(
    async () => bytesIn(contents),
    (bytes) => bytes > 1_000_000,
  );

  await client.send(new AbortMultipartUploadCommand(upload));
  part.end(Buffer.alloc(500_000));

  expect(await answered).toBe(404);
  expect(readdirSync(contents)).toEqual([]);
});
