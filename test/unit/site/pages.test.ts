import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pageFiles } from '#functions/site/pages/assets.ts';
import { showDocs, showFile } from '#functions/site/pages/pages.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { fileReply } from '#lib/http/file-reply.ts';
import { routes } from '#lib/http/routes.ts';
import { rejectUnknownRoute, unknownRoute } from '#lib/http/unknown-route.ts';
import { toWelcomeView } from '#lib/http/welcome.ts';
import { aContext, anHttpEvent } from '#test/support/http-events.ts';

const store = async () => 'https://s3.store.example';
const gallery = endpoint(routes.showGallery, async (request) =>
  fileReply(request, await showFile(request.path.file, { store })),
);
const docs = endpoint(routes.showDocs, async (request) =>
  fileReply(request, await showDocs(request.pathname)),
);

const get = async (path: string, headers: Record<string, string> = {}) => {
  const file = /^\/assets\/(.*)$/.exec(path)?.[1];
  const event = anHttpEvent({
    path,
    headers,
    ...(file !== undefined && { pathParameters: { file } }),
  });
  const handler = path === '/docs' || path === '/redoc' ? docs : gallery;
  const answer = await handler(event, aContext());
  const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8');
  return { status: answer.statusCode, headers: answer.headers ?? {}, body };
};

/** The files that a page loads. */
const loadedFiles = (page: Buffer) =>
  [...page.toString().matchAll(/<(?:script|link|img)[^>]*\b(?:src|href)="([^"]+)"/g)].map(
    ([, address]) => address ?? '',
  );

describe.each(['/', '/docs', '/redoc'])('the page at %s', (path) => {
  it('loads only files that are there, by addresses that work below any prefix', async () => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');

    const loaded = loadedFiles(body);
    expect(loaded.length).toBeGreaterThan(0);
    for (const address of loaded) {
      expect(address).toMatch(/^assets\/[\w.-]+$/);
      expect(await get(`/${address}`), address).toMatchObject({ status: 200 });
    }
  });

  it('has nothing inline, and allows no other host', async () => {
    const { headers, body } = await get(path);
    expect(body.toString()).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=|style=|https:/);

    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    const allowed = path === '/' ? await store() : '';
    expect(policy.replaceAll(allowed, '')).not.toMatch(/https?:|\*|unsafe-eval/);
  });
});

describe('the gallery', () => {
  it('may connect to the store and no other host, and show pictures from blobs', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("connect-src 'self' https://s3.store.example");
    expect(policy).toContain("img-src 'self' data: blob: https://s3.store.example");
    expect(policy).toContain("style-src 'self'");
  });

  it('has less than 60 kB of script, gzipped', async () => {
    const { body } = await get('/assets/gallery.js', { 'Accept-Encoding': 'gzip' });
    expect(body.length).toBeLessThan(60_000);
    expect(gunzipSync(body).length).toBeGreaterThan(body.length);
  });

  it('is self-contained: no import, and no other host than that of the link to a map', async () => {
    const { body } = await get('/assets/gallery.js');
    const script = body.toString();
    expect(script).not.toMatch(/\bimport\b\s*["'({]/);
    const named = script.match(/https?:\/\/[\w.-]+/g) ?? [];
    const others = named.filter(
      (url) => !['https://www.openstreetmap.org', 'http://www.w3.org'].includes(url),
    );
    expect(others).toEqual([]);
  });
});

describe('the files of the pages', () => {
  it('are gzipped for clients that accept it, with an ETag of their own', async () => {
    const path = '/assets/swagger-ui-bundle.js';
    const [plain, gzipped] = await Promise.all([
      get(path),
      get(path, { 'Accept-Encoding': 'br, gzip' }),
    ]);

    expect(gzipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(Buffer.compare(gunzipSync(gzipped.body), plain.body)).toBe(0);
    expect(gzipped.headers['etag']).not.toBe(plain.headers['etag']);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(await get(path, { 'Accept-Encoding': 'gzip;q=0' })).toMatchObject({
      headers: { etag: plain.headers['etag'] },
    });
  });

  it('are not sent again to clients that have them', async () => {
    const { headers } = await get('/assets/redoc.css');
    const again = await get('/assets/redoc.css', { 'If-None-Match': String(headers['etag']) });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  it('fit into the response of a Lambda, uncompressed too', async () => {
    for (const file of pageFiles) expect((await stat(file)).size, file).toBeLessThan(4_400_000);
  });

  it('load no image from another host', async () => {
    const { body } = await get('/assets/redoc.standalone.js');
    expect(body.includes('cdn.redoc.ly')).toBe(false);
    expect(body.includes('data:,')).toBe(true);
    const original = await readFile('node_modules/redoc/bundles/redoc.standalone.js', 'utf8');
    expect(body.toString().replaceAll('data:,', '')).toBe(
      original.replaceAll('data:,', '').replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', ''),
    );
  });

  it.each([
    '../package.json',
    '../../etc/passwd',
    '..%2f..%2fpackage.json',
    'gallery.html',
    'main.ts',
    '/etc/passwd',
    'constructor',
    '__proto__',
    '',
    'redoc.css/',
    'redoc.css\u0000',
  ])('are only those on the list: %j', async (file) => {
    const { status, body } = await get(`/assets/${file}`);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ status: 'error', code: 1001, data: null });
  });
});

describe('elsewhere', () => {
  const handler = endpoint(unknownRoute, rejectUnknownRoute);
  const send = (method: string, path: string) =>
    handler(
      anHttpEvent({ method, path, resource: '/{proxy+}', stage: 'dev', body: 'x' }),
      aContext(),
    );

  it.each([
    ['GET', '/no/such'],
    ['PUT', '/api/imagesx'],
    ['GET', '/api/images/a/b/c'],
    ['GET', '/i/only-an-id'],
  ])('says that there is no %s %s, and links the docs', async (method, path) => {
    const { statusCode, body, headers } = await send(method, path);

    expect(statusCode).toBe(404);
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*' });
    expect(JSON.parse(body)).toEqual({
      status: 'error',
      code: 1001,
      data: null,
      error: `There is no ${method} ${path} here. See http://api.example/dev/docs for the routes.`,
      error_code: 'route_not_found',
    });
  });

  it('does not repeat a path of any length', async () => {
    const event = anHttpEvent({ path: `/${'x'.repeat(9_000)}`, resource: '/{proxy+}' });
    expect((await handler(event, aContext())).body.length).toBeLessThan(500);
  });
});

describe('toWelcomeView', () => {
  it('links below the base it is given', () => {
    const { links, version } = toWelcomeView('https://api.example/dev');
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(Object.keys(links).join(' ')).toMatch(/^[a-z_ ]+$/);
    expect(Object.values(links).every((link) => link.startsWith('https://api.example/dev/'))).toBe(
      true,
    );
  });
});
