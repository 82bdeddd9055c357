import { request } from 'node:http';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { start } from './dynamodb-harness.ts';

const headers = (operation: string) => ({
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': `DynamoDB_20120810.${operation}`,
  authorization: 'AWS4-HMAC-SHA256 Credential=local/20261130/us-east-1/dynamodb/aws4_request',
});
const post = (url: string, operation: string, body: string | Buffer) =>
  fetch(url, { method: 'POST', headers: headers(operation), body: body as never });

test('a DynamoDB response has a request id and the checksum of its body', async () => {
  const { url } = await start();

  const response = await post(url, 'ListTables', '{}');

  const text = await response.text();
  expect(JSON.parse(text)).toEqual({ TableNames: [] });
  expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0');
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get('x-amz-crc32')).toBe(String(crc32(text)));
});

test.each([
  ['an operation that is unknown', 'MakeCoffee', '{}', 'UnknownOperationException'],
  ['a body that is no JSON', 'ListTables', '{"Limit":', 'SerializationException'],
  ['a body that is a list', 'ListTables', '[]', 'SerializationException'],
  ['a member of another kind', 'ListTables', '{"Limit":"many"}', 'SerializationException'],
  ['a value out of bounds', 'ListTables', '{"Limit":0}', 'ValidationException'],
])('%s is refused', async (_, operation, body, type) => {
  const { url } = await start();
  const response = await post(url, operation, body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ __type: expect.stringMatching(`#${type}$`) });
});

test('a DynamoDB request without a signature is refused', async () => {
  const { url } = await start();
  const { authorization: _, ...unsigned } = headers('ListTables');
  const response = await fetch(url, { method: 'POST', headers: unsigned, body: '{}' });
  expect(await response.json()).toMatchObject({
    __type: expect.stringContaining('MissingAuthenticationTokenException'),
  });
});

test('a request body beyond the size limit is refused', async () => {
  const { url } = await start();
  const response = await post(url, 'PutItem', Buffer.alloc(17 * 1024 * 1024));
  expect(response.status).toBe(413);
});

test('a request with a foreign Host header is refused before its body is read', async () => {
  const { port, url } = await start();
  const status = await new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', headers: { host: 'rebound.example' } });
    outgoing.once('response', (response) => resolve(response.resume().statusCode));
    outgoing.once('error', reject);
    outgoing.end();
  });
  expect(status).toBe(403);
  expect(await (await fetch(url)).text()).toContain('healthy');
});

test('stopping the emulator twice is harmless', async () => {
  const { stop, url } = await start();
  await Promise.all([stop(), stop()]);
  await expect(fetch(url)).rejects.toThrow();
});
