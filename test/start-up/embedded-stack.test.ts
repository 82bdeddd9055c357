import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { tinyProject } from './tiny-project.ts';

const tiny = tinyProject();
const dataDir = mkdtempSync(join(tmpdir(), 'darkroom-data-'));
const stack: EmbeddedStack = await startEmbeddedStack({
  project: tiny.folder,
  dataDir,
  env: { API_KEY: 'the key', SWEEP_MINUTES: '0.02' },
});
afterAll(async () => {
  await stack.stop();
  tiny.remove();
  rmSync(dataDir, { recursive: true });
});

const call = async (path: string, init: RequestInit = {}) => {
  const headers = { 'x-api-key': 'the key', ...init.headers };
  const response = await fetch(`${stack.baseUrl}${path}`, { ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const put = (key: string) => {
  const credentials = {
    accessKeyId: stack.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: stack.env['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
  const endpoint = stack.env['AWS_ENDPOINT_URL_S3'] ?? '';
  const s3 = new S3Client({ region: 'us-east-1', endpoint, credentials, forcePathStyle: true });
  return s3.send(new PutObjectCommand({ Bucket: 'darkroom-dev-bucket', Key: key, Body: 'x' }));
};
const logged = () =>
  readFileSync(join(dataDir, 'logs/darkroom.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const changes = () =>
  logged().flatMap(({ message, change }) => (message === 'change seen' ? [change] : []));
const clientFor = (name: 'SQS' | 'DYNAMODB') => ({
  region: 'us-east-1',
  endpoint: stack.env[`AWS_ENDPOINT_URL_${name}`] ?? '',
  credentials: { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' },
});
const sqs = () => new SQSClient(clientFor('SQS'));
const queueUrl = (name: string) =>
  `${stack.env['AWS_ENDPOINT_URL_SQS']}/000000000000/darkroom-dev-${name}`;
const putThing = (id: string) =>
  new DynamoDBClient(clientFor('DYNAMODB')).send(
    new PutItemCommand({ TableName: 'darkroom-dev-things', Item: { id: { S: id } } }),
  );

const enveloped = {
  status: 'error',
  code: 1001,
  data: null,
  error: expect.any(String),
  error_code: expect.stringMatching(/^[a-z_]+$/),
};

describe('the embedded stack', { timeout: 90_000 }, () => {
  it('gives the functions the environment of the template with all references resolved', async () => {
    const { status, text } = await call('/api/hello');

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      STAGE: 'dev',
      WORK_QUEUE: `${stack.env['AWS_ENDPOINT_URL_SQS']}/000000000000/darkroom-dev-work`,
    });
  });

  it('rejects a missing or wrong API key in the envelope, and no preflight', async () => {
    for (const key of ['', 'another']) {
      const { status, text } = await call('/api/hello', { headers: { 'x-api-key': key } });
      expect(status).toBe(403);
      expect(JSON.parse(text)).toEqual(enveloped);
    }
    const preflight = await call('/api/hello', {
      method: 'OPTIONS',
      headers: { 'x-api-key': '', origin: 'http://a', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(200);
    expect((await call('/api/health', { headers: { 'x-api-key': '' } })).status).toBe(200);
  });

  it('says in the envelope that a body is too large, and what to do instead', async () => {
    const body = Buffer.alloc(12_000_000);

    const { status, text } = await call('/api/hello', { method: 'POST', body });

    expect(status).toBe(413);
    expect(JSON.parse(text)).toEqual(enveloped);
    expect(text).toContain('POST /api/uploads');
  });

  it('puts every other response that is not from a function in the envelope', async () => {
    const responses = await Promise.all([
      call('/api/hello?boom=1'),
      call('/api/hello?slow=1'),
      call('/nowhere'),
      call('/%zz'),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([502, 504, 404, 400]);
    for (const { text, headers } of responses) {
      expect(JSON.parse(text)).toEqual(enveloped);
      expect(headers.get('x-request-id')).toBeTruthy();
    }
  });

  it('delivers the event of an S3 object through SQS to its function', async () => {
    await put('some where/bild ü.jpg');

    const line = await eventually(() => {
      const found = logged().find(({ body }) => body?.includes('s3:s3') || body?.includes('"s3"'));
      expect(found).toBeDefined();
      return found;
    });
    const [record] = JSON.parse(line.body).Records;
    expect(record.s3.object.key).toBe('some+where/bild+%C3%BC.jpg');
    expect(line.function_name).toBe('darkroom-dev-work');
  });

  it('invokes functions on their schedules', async () => {
    await eventually(() => expect(stack.output()).toContain('swept'));
  });

  it('delivers the changes of a table to the function of its stream, also after a kill', async () => {
    await putThing('first');
    await eventually(() => expect(changes()).toEqual(['INSERT first']));

    await stack.kill('SIGKILL');
    await stack.restart();
    await putThing('second');

    await eventually(() => expect(changes()).toEqual(['INSERT first', 'INSERT second']));
  });

  it('sends a change that its function rejects to the DLQ', async () => {
    await putThing('bad');

    await eventually(async () => {
      const { Messages: [message] = [] } = await sqs().send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl('work-dlq'), VisibilityTimeout: 0 }),
      );
      expect(JSON.parse(message?.Body ?? '{}')).toMatchObject({
        requestContext: { condition: 'RetryAttemptsExhausted' },
        DDBStreamBatchInfo: { batchSize: 1 },
      });
    });
  });

  it('logs each warning of a function on a separate line', async () => {
    await call('/api/hello?warn=1');

    await eventually(() =>
      expect(logged()).toContainEqual(
        expect.objectContaining({ level: 'WARN', message: 'a warning', image_id: 'that-one' }),
      ),
    );
  });

  it('prints at once that it starts, and its configuration once it is ready', () => {
    expect(stack.output()).toMatch(/^Darkroom is starting …\n/);
    expect(stack.output()).toMatch(/Access {3}with the header X-API-Key/);
    expect(stack.output()).toMatch(/Captions off: /);
    expect(stack.output()).toMatch(/Data {5}\S+ \(\d+(\.\d)? [kMG]B\)/);
  });

  it('listens on the loopback interface only', async () => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    const ports = [stack.baseUrl, ...Object.values(stack.env).filter((v) => v.startsWith('http'))];
    for (const { address } of addresses) {
      for (const url of ports) {
        const reached = await new Promise((resolve) => {
          const socket = connect(Number(new URL(url).port), address);
          socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        });
        expect(reached, `${address} ${url}`).toBe(false);
      }
    }
  });

  it('does not start twice on the same data, and says which process has it', async () => {
    const again = startEmbeddedStack({ project: tiny.folder, dataDir });

    await expect(again).rejects.toThrow(
      `Another Darkroom (process ${stack.pids()?.pid}, ${stack.baseUrl}) already runs on the data`,
    );
  });

  it('leaves no process behind when its launcher is killed, and starts again', async () => {
    await stack.kill('SIGKILL'); // rejects if a process stays

    await stack.restart();

    expect((await call('/api/hello')).status).toBe(200);
  });

  it('exits with the reason when the process of the functions is killed', async () => {
    const { host } = stack.pids() ?? {};
    if (!host) throw new Error('The stack does not say which process that is.');
    process.kill(host, 'SIGKILL');

    await eventually(() =>
      expect(stack.output()).toContain('The process of the functions was killed by SIGKILL'),
    );
    await stack.kill('SIGTERM'); // which has nothing to do any more
    await stack.restart();
  });
});
