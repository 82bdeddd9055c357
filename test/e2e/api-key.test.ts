import { describe, expect, inject, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { createClient, theClient } from './client.ts';

describe('with an API key set', () => {
  const open = createClient({ ...inject('target'), env: {} });
  const keyed = theClient();
  const id = 'a'.repeat(26);

  it.each([
    ['POST', '/api/images'],
    ['POST', '/api/v1/upload'],
    ['POST', '/api/uploads'],
    ['GET', '/api/images'],
    ['GET', `/api/images/${id}`],
    ['GET', `/api/images/${id}/thumbnails/small`],
    ['GET', `/api/images/${id}/original`],
    ['DELETE', `/api/images/${id}`],
    ['POST', `/api/images/${id}/retry`],
    ['GET', '/api/stats'],
  ])('%s %s is refused without it, and with another', async (method, path) => {
    for (const given of [{}, { 'x-api-key': 'a-wrong-key' }, { 'x-api-key': '' }]) {
      const headers = { ...given, origin: 'https://gallery.example' };
      const answer = await open.json(path, { method, headers });
      expect(answer).toMatchObject({ status: 403, code: 1001, outcome: 'error', data: null });
      expect(answer.error).toContain('X-API-Key');
      expect(answer.headers.get('access-control-allow-origin')).toMatch(
        /^(\*|https:\/\/gallery.example)$/,
      );
    }
  });

  it.each(['/api', '/api/v1/', '/api/health', '/openapi.json', '/docs', '/redoc', '/'])(
    '%s needs no key',
    async (path) => {
      expect((await open.call(path)).status).toBe(200);
    },
  );

  it('a preflight request needs no key', async () => {
    const { status } = await open.call('/api/images', {
      method: 'OPTIONS',
      headers: { origin: 'https://gallery.example', 'access-control-request-method': 'POST' },
    });
    expect(status).toBeLessThan(300);
  });

  it('a client with the key may upload', async () => {
    const { image_id } = await keyed.uploadOne({ name: 'key.jpg', bytes: await drawnJpeg() });
    expect((await keyed.ended(image_id)).status).toBe('done');
  });
});
