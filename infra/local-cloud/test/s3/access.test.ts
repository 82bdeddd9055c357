import { once } from 'node:events';
import { request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { openS3, s3ClientAt } from './s3-harness.ts';

const Bucket = 'pictures';
type Form = Awaited<ReturnType<typeof createPresignedPost>>;
type Wanted = Partial<Parameters<typeof createPresignedPost>[1]>;

const presignPost = async (wanted: Wanted = {}) => {
  const s3 = await openS3();
  const form = await createPresignedPost(s3.client, {
    Bucket,
    Key: 'uploads/a.jpg',
    Conditions: [['content-length-range', 1, 1000]],
    Expires: 60,
    ...wanted,
  });
  return { ...s3, form };
};
const send = async (
  { url, fields }: Form,
  file: string | Uint8Array<ArrayBuffer>,
  extra: Record<string, string> = {},
) => {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...extra })) body.append(name, value);
  body.append('file', new Blob([file]), 'my picture.jpg');
  const answer = await fetch(url, { method: 'POST', body, headers: { origin: 'http://page' } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: readCode(text) };
};
const readCode = (xml: string) => /<Code>(\w+)<\/Code>/.exec(xml)?.[1];

test('S3 refuses a request without a signature, or with a wrong one', async () => {
  const { client, url } = await openS3();
  await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'secret picture' }));
  const forger = s3ClientAt(url, 'another secret');

  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']) {
    expect((await fetch(`${url}/${Bucket}/a`, { method })).status).toBe(403);
  }
  expect((await fetch(`${url}/${Bucket}?list-type=2`)).status).toBe(403);
  expect((await fetch(url)).status).toBe(403);
  await expect(forger.send(new GetObjectCommand({ Bucket, Key: 'a' }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  await expect(forger.send(new CreateBucketCommand({ Bucket: 'mine' }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
});

test('a presigned URL is valid for its object only and until it expires', async () => {
  const { client } = await openS3();
  const Key = 'a + b/ü (1).jpg';
  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'picture' }));
  const command = new GetObjectCommand({
    Bucket,
    Key,
    ResponseContentDisposition: 'attachment; filename="b.jpg"',
  });
  const url = await getSignedUrl(client, command, { expiresIn: 60 });
  const past = new Date(Date.now() - 120_000);
  const expired = await getSignedUrl(client, command, { expiresIn: 60, signingDate: past });

  const answer = await fetch(url);

  expect(await answer.text()).toBe('picture');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="b.jpg"');
  expect((await fetch(url.replace('(1)', '(2)').replace('%281%29', '%282%29'))).status).toBe(403);
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
  const late = await fetch(expired);
  expect(late.status).toBe(403);
  expect(await late.text()).toContain('Request has expired');
});

test('a presigned PUT may have .. in its key', async () => {
  const { client, url } = await openS3();
  const presigned = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'put' }));
  const Key = 'a/../../b';
  const climbing = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));

  expect((await fetch(presigned, { method: 'PUT', body: 'picture' })).status).toBe(200);
  // Not by fetch, which would tidy the path.
  const path = climbing.slice(url.length);
  const [climbed] = await once(request(url, { method: 'PUT', path }).end('x'), 'response');

  expect(path).toContain('/../');
  expect(climbed.statusCode).toBe(200);
  expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(1);
  expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'put' }))).ContentLength).toBe(7);
});

test('a presigned form stores its file and sends the event', async () => {
  const { form, client, events } = await presignPost({
    Fields: { 'Content-Type': 'image/jpeg', 'x-amz-meta-request': 'abc' },
  });

  const answer = await send(form, 'picture');

  expect(answer.status).toBe(204);
  const found = await client.send(new GetObjectCommand({ Bucket, Key: 'uploads/a.jpg' }));
  expect(await found.Body?.transformToString()).toBe('picture');
  expect(found).toMatchObject({ ContentType: 'image/jpeg', Metadata: { request: 'abc' } });
  expect(answer.headers.get('etag')).toBe(found.ETag);
  await expect
    .poll(() => events)
    .toMatchObject([{ name: 'ObjectCreated:Post', key: 'uploads/a.jpg', sizeBytes: 7 }]);
});

test('metadata that no header can hold is returned encoded, and such a name is refused', async () => {
  const Conditions: Wanted['Conditions'] = [['starts-with', '$x-amz-meta-name', '']];
  const { form, client } = await presignPost({ Conditions });
  const named = await presignPost({ Conditions: [['starts-with', '$x-amz-meta-a b', '']] });

  expect((await send(form, 'x', { 'x-amz-meta-name': 'ü 写\nb' })).status).toBe(204);
  expect((await send(named.form, 'x', { 'x-amz-meta-a b': 'x' })).code).toBe('InvalidArgument');

  const at = { Bucket, Key: 'uploads/a.jpg' };
  const { Metadata } = await client.send(new HeadObjectCommand(at));
  const [, encoded = ''] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(Metadata?.['name'] ?? '') ?? [];
  expect(Buffer.from(encoded, 'base64').toString()).toMatch(/^ü 写\r?\nb$/);
});

test('a form upload gets a 201 with the location, if the form says so', async () => {
  const { form } = await presignPost({ Fields: { success_action_status: '201' } });

  const answer = await send(form, 'picture');

  expect(answer.status).toBe(201);
  expect(answer.text).toContain('<Key>uploads/a.jpg</Key>');
});

test('the file name of a form replaces the filename variable of its key', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own variable
  const { form, events } = await presignPost({ Key: 'uploads/${filename}' });

  await send(form, 'picture');

  await expect.poll(() => events.map(({ key }) => key)).toEqual(['uploads/my picture.jpg']);
});

test.each<[string, (form: Form) => Promise<Awaited<ReturnType<typeof send>>>, string]>([
  ['too large', (form) => send(form, 'x'.repeat(1001)), 'EntityTooLarge'],
  ['much too large', (form) => send(form, new Uint8Array(9_000_000)), 'EntityTooLarge'],
  ['empty', (form) => send(form, ''), 'EntityTooSmall'],
  ['for another key', (form) => send(form, 'x', { key: 'other' }), 'AccessDenied'],
  ['with a field more', (form) => send(form, 'x', { acl: 'public-read' }), 'AccessDenied'],
  ['for another bucket', (form) => send({ ...form, url: `${form.url}2` }, 'x'), 'NoSuchBucket'],
  [
    'with a forged signature',
    (form) => send(form, 'x', { 'X-Amz-Signature': '0'.repeat(64) }),
    'SignatureDoesNotMatch',
  ],
  [
    'with a changed policy',
    (form) => send(form, 'x', { Policy: Buffer.from('{"conditions":[]}').toString('base64') }),
    'SignatureDoesNotMatch',
  ],
  ['without a policy', ({ url }) => send({ url, fields: { key: 'a' } }, 'x'), 'AccessDenied'],
])('S3 refuses a form that is %s', async (_, post, code) => {
  const { form, client, events } = await presignPost();

  const answer = await post(form);

  expect(answer.code).toBe(code);
  expect(events).toEqual([]);
  const key = { Bucket, Key: 'uploads/a.jpg' };
  await expect(client.send(new HeadObjectCommand(key))).rejects.toMatchObject({ name: 'NotFound' });
});

test('S3 refuses a form that has expired', async () => {
  const expired = await presignPost({ Expires: -1 });

  expect((await send(expired.form, 'x')).text).toContain('Policy expired');
});

test('S3 verifies the checksum of a form upload', async () => {
  const claimed = 'x-amz-checksum-sha256';
  const { form } = await presignPost({ Conditions: [['starts-with', `$${claimed}`, '']] });
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from('picture'));
  const right = Buffer.from(digest).toString('base64');

  expect((await send(form, 'another', { [claimed]: right })).code).toBe('BadDigest');
  expect((await send(form, 'picture', { [claimed]: right })).status).toBe(204);
});

test('S3 refuses a form that is cut off or malformed', async () => {
  const { url, events, form } = await presignPost();
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const fields = Object.entries(form.fields).map(
    ([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf a pic';
  const bodies = ['', 'nonsense', `${fields.join('')}--b--\r\n`, `${fields.join('')}${file}`];

  for (const body of bodies) {
    const answer = await fetch(`${url}/${Bucket}`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
  }
  expect(events).toEqual([]);
});

test('CORS rules allow pages of other origins, and the preflight needs no signature', async () => {
  const rule = {
    AllowedOrigins: ['http://page'],
    AllowedMethods: ['POST', 'GET'],
    AllowedHeaders: ['x-amz-*'],
    ExposedHeaders: ['ETag'],
    MaxAge: 60,
  };
  const { url } = await openS3({ cors: { [Bucket]: [rule] } });
  const preflight = (origin: string, method: string, header = 'x-amz-date') =>
    fetch(`${url}/${Bucket}/a`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': header,
      },
    });

  const allowed = await preflight('http://page', 'POST');

  expect(allowed.status).toBe(200);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'http://page',
    'access-control-allow-methods': 'POST, GET',
    'access-control-allow-headers': 'x-amz-date',
    'access-control-max-age': '60',
  });
  expect((await preflight('http://elsewhere', 'POST')).status).toBe(403);
  expect((await preflight('http://page', 'DELETE')).status).toBe(403);
  expect((await preflight('http://page', 'POST', 'x-other')).status).toBe(403);
  const refused = await fetch(`${url}/${Bucket}/a`, { headers: { origin: 'http://page' } });
  expect(refused.headers.get('access-control-allow-origin')).toBe('http://page');
  expect(refused.headers.get('access-control-expose-headers')).toBe('ETag');
});

test('the S3 emulator reports that its port is taken', async () => {
  const { port } = await openS3();

  await expect(openS3({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
