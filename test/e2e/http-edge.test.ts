import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { theClient } from './client.ts';

const darkroom = theClient();

describe('the HTTP API', () => {
  it.each(['/api', '/api/v1/', '/api/health', '/api/v1/health'])('answers %s', async (path) => {
    expect(await darkroom.json(path)).toMatchObject({ status: 200, code: 1000, error: null });
  });

  it('reports the health of its dependencies, and counts dead letters', async () => {
    const { data } = await darkroom.json('/api/health');
    expect(data).toMatchObject({
      dead_letters: {
        'object-created': expect.any(Number),
        'make-thumbnails': expect.any(Number),
        'read-exif': expect.any(Number),
        'write-caption': expect.any(Number),
      },
    });
  });

  it('answers a path that it does not know with an enveloped 404', async () => {
    const answer = await darkroom.json('/api/nowhere');
    expect(answer).toMatchObject({ status: 404, code: 1001, error_code: 'route_not_found' });
  });

  it.each([
    ['DELETE', '/api/stats', 'GET, OPTIONS'],
    ['PUT', '/api/images', 'GET, POST, OPTIONS'],
    ['HEAD', '/api/images', 'GET, POST, OPTIONS'],
    ['HEAD', '/api/v1/upload', 'POST, OPTIONS'],
    ['POST', '/', 'GET, OPTIONS'],
    ['PUT', '/i/some-id/small', 'GET, HEAD, OPTIONS'],
  ])('answers %s %s with a 405 that allows %s', async (method, path, allowed) => {
    const { status, headers, text } = await darkroom.call(path, { method });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe(allowed);
    expect(method === 'HEAD' || JSON.parse(text)).toSatisfy(
      (body) => body === true || body.error_code === 'method_not_allowed',
    );
  });

  it('refuses JSON that is not UTF-8, although it could be read', async () => {
    const answer = await darkroom.json('/api/processes', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"note":"na\xefve"}', 'latin1'),
    });
    expect(answer).toMatchObject({ status: 400, error_code: 'invalid_json' });
  });

  it.each([
    ['?colour=red', 'unknown_parameter', 'colour'],
    ['?limit=x', 'invalid_parameter', 'limit'],
  ])('names the parameter at fault in %s', async (query, error_code, field) => {
    const answer = await darkroom.json(`/api/images${query}`);
    expect(answer).toMatchObject({ status: 400, error_code, fields: [{ field }] });
  });

  it('passes a request id through, and makes one where there is none', async () => {
    const given = await darkroom.call('/api', { headers: { 'x-request-id': 'my-own-id-1' } });
    expect(given.headers.get('x-request-id')).toBe('my-own-id-1');
    const made = await darkroom.call('/api');
    expect(made.headers.get('x-request-id')).toMatch(/\S{8,}/);
  });

  it('answers the preflight request of any origin', async () => {
    const { status, headers } = await darkroom.call('/api/images', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://gallery.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key,idempotency-key',
      },
    });
    expect(status).toBeLessThan(300);
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain('x-api-key');
  });

  it('serves OpenAPI 3.1 and both docs pages, with every asset they name', async () => {
    const { openapi, paths } = z
      .object({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse((await darkroom.call('/openapi.json')).text));
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toContain('/api/images/{image_id}/thumbnails/{size}');
    expect(Object.keys(paths)).not.toContain('/api/v1/upload');
    expect((await darkroom.call('/openapi.json?aliases=1')).text).toContain('"/api/v1/upload"');

    for (const page of ['/docs', '/redoc', '/']) {
      const { status, text } = await darkroom.call(page);
      expect(status).toBe(200);
      const assets = [...text.matchAll(/(?:src|href)="(\.?\/?assets\/[^"]+)"/g)].map(
        ([, url]) => url,
      );
      for (const asset of assets) {
        const { response } = await darkroom.bytes(
          new URL(asset ?? '', `${darkroom.baseUrl}${page}`).href,
        );
        expect(response.status, asset).toBe(200);
      }
      expect(text).not.toMatch(/(?:src|href)="https?:/);
    }
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=garbage', 'status=lost', 'limit=1&limit=2'])(
    'refuses ?%s',
    async (query) => {
      expect(await darkroom.json(`/api/images?${query}`)).toMatchObject({
        status: 400,
        code: 2001,
      });
    },
  );

  it('lists the sizes of an image, and refuses to retry a finished one', async () => {
    const { image_id } = await darkroom.uploadOne({
      name: 'sizes.jpg',
      bytes: await drawnJpeg({ seed: 71 }),
    });
    const unknown = await darkroom.json(`/api/images/${image_id}/thumbnails/gigantic`);
    expect(unknown).toMatchObject({ status: 404, error: expect.stringContaining('medium') });
    const noImage = await darkroom.json(`/api/images/${'a'.repeat(26)}/thumbnails/small`);
    expect(noImage).toMatchObject({ status: 404, error: 'Image not found' });
    const done = await darkroom.ended(image_id);
    const nothingToRetry = await darkroom.json(`/api/images/${image_id}/retry`, { method: 'POST' });
    expect(done.status).toBe('done');
    expect(nothingToRetry).toMatchObject({ status: 409, code: 2001 });
  });
});

describe('an Idempotency-Key', () => {
  it('returns the first response again, and refuses another body with 422', async () => {
    const before = await darkroom.stats();
    const file = { name: 'once.jpg', bytes: await drawnJpeg({ seed: 72 }) };
    const headers = { 'idempotency-key': `key-${Date.now()}` };

    const first = await darkroom.upload([file], headers);
    const second = await darkroom.upload([file], headers);
    const other = await darkroom.upload(
      [{ ...file, bytes: await drawnJpeg({ seed: 73 }) }],
      headers,
    );

    expect(second).toMatchObject({ status: 202, data: first.data });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(other).toMatchObject({ status: 422, code: 2001 });
    expect((await darkroom.stats()).total).toBe(before.total + 1);
  });
});
