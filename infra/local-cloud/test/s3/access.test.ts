import { once } from 'node:events';
import { request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { Bucket, presignPost, send, type Wanted } from './access-fixtures.ts';
import { openS3, s3ClientAt } from './s3-harness.ts';

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
