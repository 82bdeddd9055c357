import { request as httpRequest } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { tinyProject } from './tiny-project.ts';

const tiny = tinyProject();
const stack: EmbeddedStack = await startEmbeddedStack({
  project: tiny.folder,
  env: { CORS_ORIGINS: 'http://localhost:5173', PUBLIC_URL: 'https://photos.example' },
});
afterAll(async () => {
  await stack.stop();
  tiny.remove();
});

type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
};

/** By node:http, which sends any Host and Origin. */
const call = (
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: object; body?: string } = {},
  base = stack.baseUrl,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      `${base}${path}`,
      { method, headers: { ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject).end(body);
  });

describe('an API without a key', { timeout: 60_000 }, () => {
  it.each(['evil.example', `evil.example:80`, '127.0.0.1.evil.example'])(
    'refuses the Host %s in the envelope',
    async (host) => {
      const { status, text } = await call('/api/hello', { headers: { host } });

      expect(status).toBe(403);
      expect(JSON.parse(text)).toMatchObject({
        status: 'error',
        data: null,
        error: expect.stringContaining('Host'),
      });
    },
  );

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1'])(
    'rejects requests from the origin %s, with and without a preflight',
    async (origin) => {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { status, text } = await call('/api/hello', {
          method,
          headers: { origin, 'content-type': 'text/plain' },
        });
        expect({ method, status }).toEqual({ method, status: 403 });
        expect(JSON.parse(text)).toMatchObject({ error: expect.stringContaining('CORS_ORIGINS') });
      }
    },
  );

  it('accepts requests from its own pages, from CORS_ORIGINS, and without an Origin', async () => {
    for (const headers of [
      {},
      { origin: stack.baseUrl },
      { origin: 'http://localhost:5173' },
      { host: 'localhost:3000', origin: 'http://localhost:3000' },
      { host: 'photos.example', origin: 'https://photos.example' },
    ])
      expect({ headers, status: (await call('/api/hello', { headers })).status }).toEqual({
        headers,
        status: 200,
      });
  });

  it.each(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_SQS', 'AWS_ENDPOINT_URL_DYNAMODB'])(
    'rejects a foreign Host at %s, too',
    async (name) => {
      const { status } = await call('/', { headers: { host: 'evil.example' } }, stack.env[name]);

      expect(status).toBe(403);
    },
  );
});

describe('the embedded API gateway', { timeout: 60_000 }, () => {
  it.each([
    'multipart/form-data; boundary=X',
    'Multipart/Form-Data; boundary=X',
    'MULTIPART/FORM-DATA',
  ])(
    'passes on the bytes of a form with %s, and its content-type header unchanged',
    async (type) => {
      const body = '--X\r\n\u00ff\u0001\r\n--X--';

      const answer = await call('/api/echo', {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });

      const event = JSON.parse(answer.text);
      expect(event.isBase64Encoded).toBe(true);
      expect(Buffer.from(event.body, 'base64').toString()).toBe(body);
      expect(event.headers['content-type'] ?? event.headers['Content-Type']).toBe(type);
    },
  );

  it('lists each exposed header once', async () => {
    const { headers } = await call('/api/echo', { headers: { origin: stack.baseUrl } });

    expect(String(headers['access-control-expose-headers']).split(',')).toEqual([
      ...new Set(String(headers['access-control-expose-headers']).split(',')),
    ]);
  });

  it('handles HEAD only where the template declares it', async () => {
    expect((await call('/api/echo', { method: 'HEAD' })).status).toBe(404);
    expect((await call('/api/hello', { method: 'HEAD' })).status).toBe(200);
  });

  it('passes the Range header to the function', async () => {
    const { status, headers } = await call('/api/echo', { headers: { range: 'bytes=0-3' } });

    expect(status).toBe(200);
    expect(headers['content-range']).toBeUndefined();
    expect(headers['accept-ranges']).toBeUndefined();
  });
});

it('the embedded stack does not listen on other interfaces without an API key, and says so', {
  timeout: 60_000,
}, async () => {
  await expect(
    startEmbeddedStack({ project: tiny.folder, env: { HOST: '0.0.0.0' } }),
  ).rejects.toThrow('HOST=0.0.0.0: lets other machines use the API, so it needs an API_KEY.');
});
