import { createHash, randomBytes, randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { emptyFolder, sentEvents, startKillable } from './killable.ts';
import { byteFiles, s3ClientAt } from './s3-harness.ts';

// S3_KILLS=200 tries for longer.
const kills = Number(process.env['S3_KILLS'] ?? 6);
const workers = 5;
const keysPerWorker = 3;

const Bucket = 'pictures';
const absent = 'absent';
const firstPart = randomBytes(5 * 1024 * 1024);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a key may hold: what was confirmed last, or what was requested since. */
type Expected = { answered: string; requested?: string };
type Answered = { name: string; key: string };

/** Each worker has keys of its own, so it knows what each of them must hold. */
const changeOne = async (client: S3Client, worker: number, model: Map<string, Expected>) => {
  const anyKey = () => `${worker}/${randomInt(keysPerWorker)}`;
  const key = anyKey();
  const at = { Bucket, Key: key };
  const expected = (name: string) => model.get(name) ?? { answered: absent };
  const before = expected(key);
  const change = async (requested: string, run: () => Promise<unknown>) => {
    model.set(key, { ...before, requested });
    await run();
    model.set(key, { answered: requested });
  };
  const chance = randomInt(100);
  if (chance < 50) {
    const Body = randomBytes(randomInt(200_000));
    await change(sha256(Body), () => client.send(new PutObjectCommand({ ...at, Body })));
    return { name: 'ObjectCreated:Put', key };
  }
  if (chance < 70) {
    await change(absent, () => client.send(new DeleteObjectCommand(at)));
    return before.answered === absent ? undefined : { name: 'ObjectRemoved:Delete', key };
  }
  if (chance < 90) {
    const source = anyKey();
    if (source === key || expected(source).answered === absent) return undefined;
    const copy = new CopyObjectCommand({ ...at, CopySource: `${Bucket}/${source}` });
    await change(expected(source).answered, () => client.send(copy));
    return { name: 'ObjectCreated:Copy', key };
  }
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const bodies = [firstPart, randomBytes(1000)];
  const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
  for (const [index, Body] of bodies.entries()) {
    const part = { ...at, UploadId, PartNumber: index + 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body }));
    Parts.push({ ETag, PartNumber: part.PartNumber });
  }
  await change(sha256(Buffer.concat(bodies)), () =>
    client.send(
      new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }),
    ),
  );
  return { name: 'ObjectCreated:CompleteMultipartUpload', key };
};

const readContent = async (client: S3Client, Key: string): Promise<string> => {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return sha256((await Body?.transformToByteArray()) ?? new Uint8Array());
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return absent;
    throw error;
  }
};

/** Works against a process until it is killed, at a random instant. */
const workUntilKilled = async (
  folder: string,
  model: Map<string, Expected>,
  answered: Answered[],
) => {
  const child = await startKillable(folder);
  const client = s3ClientAt(child.url);
  const killAfter = answered.length + randomInt(5, 60);
  let killed: Promise<void> | undefined;
  const work = async (worker: number): Promise<never> => {
    for (;;) {
      const event = await changeOne(client, worker, model);
      if (event) answered.push(event);
      if (answered.length >= killAfter) killed ??= setTimeout(randomInt(20)).then(child.kill);
    }
  };
  await Promise.allSettled(Array.from({ length: workers }, (_, worker) => work(worker)));
  await killed;
};

test(`loses nothing that was answered, whenever SIGKILL comes (${kills} times)`, {
  timeout: 60_000 + kills * 20_000,
}, async () => {
  const folder = emptyFolder();
  const model = new Map<string, Expected>();
  const answered: Answered[] = [];
  const wrong: string[] = [];

  for (let kill = 0; kill < kills; kill++) {
    await workUntilKilled(folder, model, answered);
    const child = await startKillable(folder);
    const client = s3ClientAt(child.url);
    for (const [key, expected] of model) {
      const content = await readContent(client, key);
      if (content !== expected.answered && content !== expected.requested) {
        wrong.push(`${key}: ${content} instead of ${JSON.stringify(expected)}`);
      }
      model.set(key, { answered: content });
    }
    await child.stop();
  }

  expect(answered.length).toBeGreaterThan(kills);
  expect(wrong).toEqual([]);
  const child = await startKillable(folder);
  const client = s3ClientAt(child.url);
  const unsent = () => {
    const left = new Map<string, number>();
    const add = ({ name, key }: Answered, change: number) =>
      left.set(`${name} ${key}`, (left.get(`${name} ${key}`) ?? 0) + change);
    for (const event of answered) add(event, 1);
    for (const event of sentEvents(folder)) add(event, -1);
    return [...left].filter(([, count]) => count > 0);
  };
  await expect.poll(unsent).toEqual([]);

  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
  for (const Key of model.keys()) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect.poll(() => byteFiles(folder)).toEqual([]); // nothing was left behind
});
