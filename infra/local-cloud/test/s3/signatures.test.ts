import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect, test } from 'vitest';
import { openS3, s3ClientAt } from './s3-harness.ts';

const Bucket = 'pictures';
const at = { Bucket, Key: 'a.jpg' };
type Headers = Record<string, string>;

/** Not by fetch, which would set Host itself. */
const send = async (port: number, method: string, path: string, headers: Headers, body = '') => {
  const options = { host: '127.0.0.1', port, method, path, headers };
  const [response] = await once(request(options).end(body), 'response');
  return { status: Number(response.statusCode), text: await text(response) };
};
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) =>
  createHmac('sha256', key).update(data).digest();

/** Signs by hand, as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const signed = (method: string, url: string, extra: Headers, now = new Date()) => {
  const [path, query = ''] = url.split('?');
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const headers: Headers = { 'x-amz-date': date, ...extra };
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = scope.split('/').reduce<Buffer | string>(hmac, 'AWS4secret');
  const sign = (kind: string, ...lines: string[]) =>
    hmac(key, [kind, date, scope, ...lines].join('\n')).toString('hex');
  const signature = sign('AWS4-HMAC-SHA256', sha256(canonical));
  const authorization = `AWS4-HMAC-SHA256 Credential=local/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return { headers: { ...headers, authorization }, signature, sign };
};

test('a presigned URL for HEAD is valid for HEAD only, and one for GET for GET only', async () => {
  const { client } = await openS3();
  await client.send(new PutObjectCommand({ ...at, Body: 'picture' }));
  const get = await getSignedUrl(client, new GetObjectCommand(at));
  const head = await getSignedUrl(client, new HeadObjectCommand(at));

  expect((await fetch(get)).status).toBe(200);
  expect((await fetch(get, { method: 'HEAD' })).status).toBe(403);
  expect((await fetch(head, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(head)).status).toBe(403);
});

test('S3 refuses a header that a presigned URL does not sign, such as x-amz-copy-source', async () => {
  const { client } = await openS3();
  await client.send(new PutObjectCommand({ Bucket, Key: 'secret', Body: 'secret' }));
  const url = await getSignedUrl(client, new PutObjectCommand(at));

  const headers = { 'x-amz-copy-source': `${Bucket}/secret` };
  const refused = await fetch(url, { method: 'PUT', headers });

  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('<HeadersNotSigned>x-amz-copy-source</HeadersNotSigned>');
});

test('S3 refuses signatures of version 2, and names the version it accepts', async () => {
  const { url } = await openS3();
  const byHeader = fetch(`${url}/${Bucket}/a`, { headers: { authorization: 'AWS local:c2ln' } });
  const byQuery = fetch(
    `${url}/${Bucket}/a?AWSAccessKeyId=local&Signature=c2ln&Expires=4102444800`,
  );

  for (const refused of [await byHeader, await byQuery]) {
    expect(refused.status).toBe(400);
    const xml = await refused.text();
    expect(xml).toContain('<Code>InvalidRequest</Code>');
    expect(xml).toContain('Please use AWS4-HMAC-SHA256.');
  }
});

test('S3 refuses another access key, where one is set', async () => {
  const { client, url } = await openS3({ accessKeyId: 'mine' });
  const credentials = { accessKeyId: 'mine', secretAccessKey: 'secret' };
  const mine = s3ClientAt(url, 'secret', { credentials });

  await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: 'InvalidAccessKeyId',
  });
  expect((await mine.send(new ListBucketsCommand({}))).Buckets).toHaveLength(1);
});

test('S3 refuses a request whose clock is an hour off', async () => {
  const { port } = await openS3();
  const extra = { host: 'localhost', 'x-amz-content-sha256': sha256('') };
  const hourAgo = new Date(Date.now() - 3_600_000);

  const { headers } = signed('GET', '/pictures', extra, hourAgo);

  expect((await send(port, 'GET', '/pictures', headers)).text).toContain('RequestTimeTooSkewed');
});

test('S3 refuses a body that is not the one that was signed', async () => {
  const { port, client } = await openS3();
  const extra = { host: 'localhost', 'x-amz-content-sha256': sha256('one') };
  const { headers } = signed('PUT', '/pictures/a.jpg', extra);

  const refused = await send(port, 'PUT', '/pictures/a.jpg', headers, 'two');
  const taken = await send(port, 'PUT', '/pictures/a.jpg', headers, 'one');

  expect(refused.text).toContain('XAmzContentSHA256Mismatch');
  expect(taken.status).toBe(200);
  expect((await client.send(new HeadObjectCommand(at))).ContentLength).toBe(3);
});

test.each([
  'no XML',
  '<Delete>',
  '<Delete></Delete>',
  '<Delete><Object></Object></Delete>',
  '<Other><Object><Key>a</Key></Object></Other>',
  `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`,
])('S3 refuses a malformed XML document: %#', async (body) => {
  const { port } = await openS3();
  const extra = { host: 'localhost', 'x-amz-content-sha256': sha256(body) };
  const { headers } = signed('POST', '/pictures?delete=', extra);

  const refused = await send(port, 'POST', '/pictures?delete=', headers, body);

  expect(refused.status).toBe(400);
  expect(refused.text).toContain('<Code>MalformedXML</Code>');
});

test('S3 verifies the signature of each chunk, and of the trailing checksum', async () => {
  const { port, client } = await openS3();
  const path = '/pictures/a.jpg';
  const mode = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
  const chunks = ['x'.repeat(70_000), 'end'];
  const { headers, signature, sign } = signed('PUT', path, {
    host: 'localhost',
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': mode,
    'x-amz-decoded-content-length': String(chunks.join('').length),
    'x-amz-trailer': 'x-amz-checksum-sha256',
  });
  const checksum = createHash('sha256').update(chunks.join('')).digest('base64');
  const body = (forged?: number) => {
    let previous = signature;
    const frames = [...chunks, ''].map((chunk, at) => {
      previous = sign('AWS4-HMAC-SHA256-PAYLOAD', previous, sha256(''), sha256(chunk));
      const shown = at === forged ? '0'.repeat(64) : previous;
      return `${chunk.length.toString(16)};chunk-signature=${shown}\r\n${chunk}${chunk && '\r\n'}`;
    });
    const trailer = sign(
      'AWS4-HMAC-SHA256-TRAILER',
      previous,
      sha256(`x-amz-checksum-sha256:${checksum}\n`),
    );
    const shown = forged === 3 ? '0'.repeat(64) : trailer;
    return `${frames.join('')}x-amz-checksum-sha256:${checksum}\r\nx-amz-trailer-signature:${shown}\r\n\r\n`;
  };

  for (const forged of [0, 1, 2, 3]) {
    const refused = await send(port, 'PUT', path, headers, body(forged));
    expect(refused.text).toContain('SignatureDoesNotMatch');
  }
  await expect(client.send(new HeadObjectCommand(at))).rejects.toMatchObject({ name: 'NotFound' });
  expect((await send(port, 'PUT', path, headers, body())).status).toBe(200);
  const head = await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({ ContentLength: 70_003, ChecksumSHA256: checksum });
  expect(head.ContentEncoding).toBeUndefined();
});

test('S3 finds the bucket in the host name, too', async () => {
  const { client, port } = await openS3();
  await client.send(new PutObjectCommand({ ...at, Body: 'picture' }));
  const virtual = s3ClientAt(`http://localhost:${port}`, 'secret', { forcePathStyle: false });
  const url = new URL(await getSignedUrl(virtual, new GetObjectCommand(at)));

  const found = await send(port, 'GET', `${url.pathname}${url.search}`, { host: url.host });

  expect(url.host).toBe(`pictures.localhost:${port}`);
  expect(found).toEqual({ status: 200, text: 'picture' });
});

test('S3 refuses foreign host names, so DNS rebinding gives a web page no access', async () => {
  const { client, port } = await openS3();
  await client.send(new PutObjectCommand({ ...at, Body: 'picture' }));
  const url = new URL(await getSignedUrl(client, new GetObjectCommand(at)));

  const refused = await send(port, 'GET', `${url.pathname}${url.search}`, { host: 'evil.example' });

  expect(refused.status).toBe(403);
  expect(refused.text).not.toContain('picture');
});
