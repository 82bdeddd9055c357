import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { startSqs } from '../../emulators/sqs/start-sqs.ts';
import { account } from './account.ts';
import { type Sqs, start } from './sqs-fixture.ts';

let url: string;
let port: number;
let sqs: Sqs;
beforeEach(async () => {
  ({ url, port, sqs } = await start());
});

const json = 'application/x-amz-json-1.0';
const call = (operation: string, input: object, path = '/') =>
  fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': json, 'x-amz-target': `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });

describe('the port of SQS', () => {
  it('is refused when it is taken', async () => {
    await expect(startSqs({ port, ...account })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('is open on this machine only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal);

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    if (outside) await expect(fetch(`http://${outside.address}:${port}/health`)).rejects.toThrow();
  });

  it('refuses foreign host names, so DNS rebinding gives a web page no access', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = {
        host: `attacker.example:${port}`,
        'content-type': json,
        'x-amz-target': 'AmazonSQS.ListQueues',
      };
      const sent = request(url, { method: 'POST', headers }, async (response) => {
        await text(response);
        resolve(response.statusCode);
      });
      sent.on('error', reject).end('{}');
    });

    expect(status).toBe(403);
  });

  it('answers a health check', async () => {
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});

describe('a request to SQS', () => {
  it('is answered on the path of a queue as well, as SDKs send it that use the URL', async () => {
    const QueueUrl = await sqs.createQueue('work');

    const response = await call('GetQueueUrl', { QueueName: 'work' }, new URL(QueueUrl).pathname);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ QueueUrl });
  });

  it('is refused with an error that both protocols know', async () => {
    const response = await call('GetQueueUrl', { QueueName: 'none' });

    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-query-error')).toBe(
      'AWS.SimpleQueueService.NonExistentQueue;Sender',
    );
    expect(await response.json()).toEqual({
      __type: 'com.amazonaws.sqs#QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it.each([
    ['NoOperation', {}, 'UnknownOperationException', 400],
    ['toString', {}, 'UnknownOperationException', 400],
    ['GetQueueUrl', {}, 'MissingParameter', 400],
    ['GetQueueUrl', { QueueName: 7 }, 'SerializationException', 400],
    ['GetQueueUrl', [], 'SerializationException', 400],
    ['SendMessage', { QueueUrl: 'http://127.0.0.1/', MessageBody: 'x' }, 'InvalidAddress', 404],
  ])('of %s with %j is answered with %s', async (operation, input, code, status) => {
    const response = await call(operation, input);

    expect(await response.json()).toMatchObject({ __type: `com.amazonaws.sqs#${code}` });
    expect(response.status).toBe(status);
  });

  it('of more than 8 MiB is not read', async () => {
    const QueueUrl = await sqs.createQueue('work');
    const response = await call('SendMessage', {
      QueueUrl,
      MessageBody: 'x'.repeat(9_000_000),
    }).catch(
      () => undefined, // refused while the client still sends
    );

    if (response) expect(response.status).toBe(413);
    expect(await sqs.bodies(QueueUrl)).toEqual([]);
  });

  it('with a body that is not JSON is refused', async () => {
    const headers = { 'content-type': json, 'x-amz-target': 'AmazonSQS.ListQueues' };

    const response = await fetch(url, { method: 'POST', headers, body: '{' });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      __type: 'com.amazonaws.sqs#SerializationException',
    });
  });

  it.each<[string, RequestInit]>([
    ['/', { method: 'POST', body: new URLSearchParams({ Action: 'ListQueues' }) }],
    [
      '/',
      {
        method: 'POST',
        headers: {
          'content-type': `text/plain; of=${json}`,
          'x-amz-target': 'AmazonSQS.ListQueues',
        },
        body: '{}',
      },
    ],
    [
      '/',
      {
        method: 'OPTIONS',
        headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
      },
    ],
    ['/', {}],
    ['/bucket', { method: 'PUT' }],
    ['/bucket', { method: 'POST', headers: { 'content-type': json }, body: '{}' }],
  ])('that a web page could send is refused: %s %j', async (path, init) => {
    const response = await fetch(new URL(path, url), init);

    expect(response.status).toBe(400);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('JSON') });
  });
});
