import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveEndpoint } from '#infra/cli/start/resolve-endpoint.ts';
import { header, products } from './batch-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'darkroom-endpoint-'));
const file = join(folder, 'settings');
const write = (...lines: string[]) => writeFileSync(file, lines.join('\n'));

/** An SQS whose queues are empty. It records each request, and answers 400 to other services. */
const calls: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  const { headers } = request;
  calls.push(headers);
  const { port } = Object(server.address());
  const QueueUrl = `http://127.0.0.1:${port}/000000000000/any`;
  const answer = { QueueUrl, Attributes: { ApproximateNumberOfMessages: '0' } };
  const isSqs = String(headers['x-amz-target']).startsWith('AmazonSQS.');
  response.writeHead(isSqs ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(isSqs ? answer : { error: 'no', data: null }));
});
const serverPort = (): number => Object(server.address()).port;
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  calls.length = 0;
});

/** Runs a command of infra as npm does, in an environment that names nothing but these. */
const run = async (command: string, args: string[], env: Record<string, string> = {}) => {
  const all = [`infra/cli/${command}.ts`, ...args, '--settings', file];
  const { PATH } = process.env;
  return promisify(execFile)(process.execPath, all, { env: { PATH, ...env } }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
};

const emulated = [
  'AWS_ACCESS_KEY_ID=of-the-file',
  'AWS_SECRET_ACCESS_KEY=any',
  'AWS_REGION=eu-west-1',
];

describe('.env', () => {
  it('gives npm run redrive the endpoint of the embedded SQS', async () => {
    write(`SQS_PORT=${serverPort()}`, ...emulated);

    const { stdout } = await run('redrive', ['read-exif']);

    expect(stdout).toBe('read-exif: 0 messages sent back\n');
    expect(calls[0]?.authorization).toMatch('Credential=of-the-file/');
  });

  it('can give npm run redrive another endpoint', async () => {
    write(`AWS_ENDPOINT_URL=http://127.0.0.1:${serverPort()}`, ...emulated);

    const { stdout } = await run('redrive', ['read-exif']);

    expect(stdout).toBe('read-exif: 0 messages sent back\n');
  });

  it('gives npm run audit the endpoints of the embedded stores', async () => {
    write(`DYNAMODB_PORT=${serverPort()}`, 'S3_PORT=1', ...emulated);

    await run('audit', []);

    expect(calls.map((headers) => headers['x-amz-target'])).toContain('DynamoDB_20120810.Scan');
  });

  it('gives npm run batch the URL of the API and its key', async () => {
    const csv = join(folder, 'products.csv');
    writeFileSync(csv, [header, ...products(1)].join('\n'));
    write(`PORT=${serverPort()}`, 'API_KEY=the key of the file');

    await run('batch', [csv, '--timeout', '0']);

    expect(calls[0]?.['x-api-key']).toBe('the key of the file');
  });
});

describe('the endpoint of the stores of a stage', () => {
  it('comes from the environment, for npm run redrive as for npm run audit', async () => {
    write(...emulated);
    const AWS_ENDPOINT_URL = `http://127.0.0.1:${serverPort()}`;

    const { stdout } = await run('redrive', ['read-exif'], { AWS_ENDPOINT_URL });

    expect(stdout).toBe('read-exif: 0 messages sent back\n');
    expect(calls[0]?.authorization).toMatch('/eu-west-1/sqs/');
  });

  it('comes from the environment alone where the stage is deployed', () => {
    vi.stubEnv('AWS_ENDPOINT_URL', undefined);
    write('AWS_ENDPOINT_URL=http://127.0.0.1:1', ...emulated);

    expect(resolveEndpoint('prod', file)('SQS')).toEqual({});
    expect(process.env['AWS_ENDPOINT_URL']).toBeUndefined();
    vi.unstubAllEnvs();
  });
});
