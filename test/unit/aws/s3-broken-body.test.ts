import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openS3 } from '#lib/aws/clients.ts';
import { s3Objects } from '#lib/aws/s3-objects.ts';
import { s3Variants } from '#lib/aws/s3-variants.ts';

const whole = Buffer.alloc(200_000, 'x');

/** An S3 that breaks off the body of so many responses. */
const openBreakingS3 = async (breaks: number) => {
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': whole.length });
    if (requests > breaks) return void response.end(whole);
    response.write(whole.subarray(0, 100_000), () => response.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const client = openS3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { client, requests: () => requests };
};

describe('a body that breaks off', () => {
  it('is read again', async () => {
    const { client, requests } = await openBreakingS3(1);

    expect(await s3Objects('bucket', client).read('key')).toHaveLength(whole.length);
    expect(requests()).toBe(2);
  });

  it('of a variant is read again', async () => {
    const { client } = await openBreakingS3(1);

    const found = await s3Variants('bucket', client).find('key', 1_000_000);

    expect(found?.bytes).toHaveLength(whole.length);
  });

  it('twice is an error, so that a worker retries its message', async () => {
    const { client, requests } = await openBreakingS3(2);

    await expect(s3Objects('bucket', client).read('key')).rejects.toThrow();
    expect(requests()).toBe(2);
  });
});
