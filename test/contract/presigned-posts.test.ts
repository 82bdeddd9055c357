import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3PresignedPosts } from '#lib/aws/s3-presigned-posts.ts';
import { embedded, openS3Backend } from './backend.ts';

// Only S3 accepts a form: the in-memory fake makes forms that cannot be posted.

let backend: Awaited<ReturnType<typeof openS3Backend>>;
beforeAll(async () => {
  backend = await openS3Backend();
});
afterAll(() => backend.stop());

const bytes = new Uint8Array(randomBytes(1000));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const key = 'presigned/ab12/Groesse.jpg';
const userMetadata = { name: 'Größe & "日本".jpg', 'request-id': 'r-1' };
const input = { key, contentType: 'image/jpeg', maxBytes: 1000, seconds: 60, userMetadata };

const given = async (more: { sha256?: string; seconds?: number } = {}) => {
  const bucket = await backend.makeBucket();
  const form = await s3PresignedPosts(bucket, backend.client).presignPost({ ...input, ...more });
  const post = (body: Uint8Array, changed: Record<string, string> = {}) => {
    const data = new FormData();
    for (const [name, value] of Object.entries({ ...form.fields, ...changed }))
      data.append(name, value);
    data.append('file', new Blob([new Uint8Array(body)]), 'any.bin');
    return fetch(form.url, { method: 'POST', body: data });
  };
  return { objects: s3Objects(bucket, backend.client), post };
};

describe('a presigned form', () => {
  it('accepts the object it was made for, with its type and metadata', async () => {
    const { objects, post } = await given();

    expect((await post(bytes)).status).toBe(204);

    expect(await objects.read(key)).toEqual(bytes);
    expect(await objects.head(key)).toMatchObject({
      contentType: 'image/jpeg',
      userMetadata,
      sha256: undefined,
    });
  });

  it('never reports a claimed hash for other bytes', async () => {
    const { objects, post } = await given({ sha256 });

    await post(bytes.slice(1));

    expect((await objects.head(key))?.sha256).not.toBe(sha256);
  });

  // ministack 1.5.33 does not read checksum fields of a form: it accepts any bytes and reports no hash.
  it.runIf(embedded)('makes S3 verify a claimed hash', async () => {
    const { objects, post } = await given({ sha256 });

    expect((await post(bytes.slice(1))).status).toBe(400);
    expect(await objects.head(key)).toBeUndefined();
    expect((await post(bytes)).status).toBe(204);

    expect((await objects.head(key))?.sha256).toBe(sha256);
  });

  it.each<[string, number, () => Uint8Array, Record<string, string>]>([
    ['too many bytes', 400, () => new Uint8Array(1001), {}],
    ['no bytes', 400, () => new Uint8Array(), {}],
    ['another key', 403, () => bytes, { key: 'uploads/mine.jpg' }],
    ['another type', 403, () => bytes, { 'Content-Type': 'text/html' }],
    ['changed metadata', 403, () => bytes, { 'x-amz-meta-name': 'mine.jpg' }],
    ['additional metadata', 403, () => bytes, { 'x-amz-meta-more': 'mine' }],
    ['a forged signature', 403, () => bytes, { 'X-Amz-Signature': '00'.repeat(32) }],
  ])('refuses %s', async (_, status, body, changed) => {
    const { objects, post } = await given();

    expect((await post(body(), changed)).status).toBe(status);

    expect(await objects.head(key)).toBeUndefined();
    expect(await objects.head('uploads/mine.jpg')).toBeUndefined();
  });

  it('expires', async () => {
    const { objects, post } = await given({ seconds: -1 });

    expect((await post(bytes)).status).toBe(403);

    expect(await objects.head(key)).toBeUndefined();
  });
});
