import { describe, expect, it } from 'vitest';
import { readBaseUrl } from '#lib/http/base-url.ts';
import { readHeaders } from '#lib/http/request.ts';
import { anHttpEvent } from '#test/support/http-events.ts';

type EventInput = Parameters<typeof anHttpEvent>[0];
const readBase = (input: EventInput, publicUrl?: string) => {
  const event = anHttpEvent(input);
  return readBaseUrl(event, readHeaders(event), publicUrl);
};
const anImage = { path: '/api/images/abc', resource: '/api/images/{image_id}' };
const https = { 'X-Forwarded-Proto': 'https' };

describe('readBaseUrl', () => {
  it.each<[string, EventInput, string]>([
    ['the local stack', anImage, 'http://api.example'],
    ['a stage', { ...anImage, stage: 'dev', headers: https }, 'https://api.example/dev'],
    [
      'the root of a stage',
      { path: '/', stage: 'prod', headers: https },
      'https://api.example/prod',
    ],
    [
      'a trailing slash',
      { path: '/api/v1/', resource: '/api/v1', stage: 'p' },
      'http://api.example/p',
    ],
    [
      'a custom domain, whose base path is part of both paths',
      { path: '/shop/api/images/abc', resource: '/api/images/{image_id}' },
      'http://api.example/shop',
    ],
    [
      'an unknown route',
      { path: '/no/such', resource: '/{proxy+}', stage: 'dev' },
      'http://api.example/dev',
    ],
    [
      'a file of a page',
      { path: '/assets/a/b.css', resource: '/assets/{file+}', stage: 'dev' },
      'http://api.example/dev',
    ],
    ['a port', { ...anImage, headers: { Host: '127.0.0.1:3000' } }, 'http://127.0.0.1:3000'],
    ['IPv6', { ...anImage, headers: { Host: '[::1]:3000' } }, 'http://[::1]:3000'],
    [
      'a chain of proxies',
      { ...anImage, headers: { 'X-Forwarded-Proto': 'https, http' } },
      'https://api.example',
    ],
    [
      'an invalid Host',
      { ...anImage, headers: { Host: 'evil.example/"><script>' } },
      'http://gateway.example',
    ],
    [
      'an invalid scheme',
      { ...anImage, headers: { 'X-Forwarded-Proto': 'javascript' } },
      'http://api.example',
    ],
  ])('finds the base URL of the API: %s', (_, input, base) => {
    expect(readBase(input)).toBe(base);
  });

  it('prefers PUBLIC_URL', () => {
    expect(readBase({ ...anImage, stage: 'dev' }, 'https://photos.example/api-of-mine/')).toBe(
      'https://photos.example/api-of-mine',
    );
  });
});
