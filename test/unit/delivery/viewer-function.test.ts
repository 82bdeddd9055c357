import { createHmac } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { transform } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { viewerFunctionCode } from '#infra/deploy/cdn/resources.ts';
import { negotiateEncoding } from '#lib/delivery/negotiate-format.ts';
import { sign } from '#lib/delivery/signature.ts';
import { variantKey } from '#lib/delivery/variants.ts';

/** As it is deployed. */
const source = viewerFunctionCode('signed');
const importLine = "import cf from 'cloudfront';";

type Values = Record<string, { value: string; multiValue?: { value: string }[] }>;
type Request = { uri: string; querystring: Values; headers: Values };
type Answer = Request & { statusCode?: number; headers: Values; body?: string };

/**
 * The function in a context that has what the runtime has: the language, a key value store and
 * HMAC; nothing of Node, no timers, no code made of strings.
 */
const load = ({
  access = 'signed',
  stored = 'a-secret-of-sixteen',
}: {
  access?: 'signed' | 'public';
  stored?: string | Error;
} = {}) => {
  const text = viewerFunctionCode(access).replace(importLine, '');
  const get = async (key: string) => {
    if (stored instanceof Error || key !== 'delivery-secret') throw new Error(`no ${key}`);
    return stored;
  };
  const modules = (name: string) => {
    if (name !== 'crypto') throw new Error(`The runtime has no ${name}.`);
    return { createHmac: (hash: string, key: string) => createHmac(hash, key) };
  };
  const context = createContext(
    { cf: { kvs: () => ({ get }) }, require: modules, Date },
    { codeGeneration: { strings: false, wasm: false } },
  );
  runInContext(text, context);
  return (event: object): Promise<Answer> => context['handler'](event);
};

const imageId = 'abcdefghijklmnopqrstuvwxyz';
const now = new Date('2026-11-30T12:00:00Z');
const inAnHour = String(now.getTime() / 1000 + 3600);

const ask = (
  handle: ReturnType<typeof load>,
  file: string,
  query: Record<string, string> = {},
  accept?: string,
) =>
  handle({
    context: { eventType: 'viewer-request' },
    request: {
      uri: `/i/${imageId}/${file}`,
      querystring: Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, { value }]),
      ),
      headers: accept === undefined ? {} : { accept: { value: accept } },
    },
  });

const signed = (preset: string, { v = '', e = '' } = {}, secret = 'a-secret-of-sixteen') => ({
  ...(v && { v }),
  ...(e && { e }),
  s: sign({ imageId, preset, v, e }, secret),
});

beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the viewer function of the CDN', () => {
  test('respects the limits of the runtime: its syntax, one import, ten kilobytes', async () => {
    const inRuntime = { 'const-and-let': true, 'async-await': true, 'object-extensions': true };
    const lowered = await transform(source, { target: 'es5', supported: inRuntime });
    const asItIs = await transform(source, { target: 'esnext' });
    expect(lowered.code).toBe(asItIs.code);
    expect(source.match(/^import .*$/gm)).toEqual([importLine]);
    expect(Buffer.byteLength(source)).toBeLessThan(10_240);
  });

  test('turns a signed link into the path of the stored variant', async () => {
    const query = signed('large', { v: 'abc-_123' });
    const { uri, querystring } = await ask(load(), 'large', query, 'image/avif,*/*');
    expect(uri).toBe(`/${variantKey(imageId, 'large', 'abc-_123', 'avif')}`);
    expect(querystring['s']?.value).toBe(query.s); // for the function, which checks it again
  });

  test('accepts one signature for every extension, and leaves an unknown one to the API', async () => {
    for (const ending of ['jpg', 'webp', 'avif', 'png', 'gif']) {
      const { uri } = await ask(load(), `large.${ending}`, signed('large', { v: 'v1' }));
      expect(uri).toBe(`/i/${imageId}/large.v1.${ending}`);
    }
  });

  test('requests the current version where the link names none', async () => {
    const { uri } = await ask(load(), 'large', signed('large'));
    expect(uri).toBe(`/i/${imageId}/large.auto`);
  });

  test.each([
    undefined,
    '',
    '*/*',
    'image/*',
    'image/avif,image/webp,*/*',
    'image/webp,*/*;q=0.8',
    'image/avif;q=0,image/webp;q=0.0,*/*',
    'IMAGE/AVIF; q=0.5',
    'image/jpeg',
    'image/png',
    'image/png;q=0,*/*',
    'text/html',
  ])('reads Accept %s as the API does', async (accept) => {
    const { uri } = await ask(load(), 'large', signed('large', { v: 'v1' }), accept);
    expect(uri).toBe(`/i/${imageId}/large.v1.${negotiateEncoding(accept)}`);
  });

  test('refuses what the API refuses, with the same message, and forbids caching it', async () => {
    const right = signed('large', { v: 'v1' });
    const refused = [
      await ask(load(), 'large'),
      await ask(load(), 'large', { v: 'v1', s: '' }),
      await ask(load(), 'large', { ...right, v: 'v2' }),
      await ask(load(), 'large', { ...right, e: inAnHour }),
      await ask(load(), 'small', right),
      await ask(load(), 'large', { ...right, s: right.s.slice(0, -1) }),
      await ask(load(), 'large', { ...right, s: `${right.s}A` }),
      await ask(load(), 'large', { ...right, s: right.s.toLowerCase() }),
      await ask(load(), 'large', signed('large', { v: 'v1' }, 'another-of-sixteen')),
      await ask(load(), 'large', signed('large', { v: 'v\n1' })),
      await ask(load(), 'large/more', right),
      await ask(load(), 'LARGE', signed('LARGE')),
    ];
    for (const { statusCode, body, headers } of refused) {
      expect(statusCode).toBe(403);
      expect(JSON.parse(body ?? '')).toMatchObject({ status: 'error', code: 2001, data: null });
      expect(headers['cache-control']?.value).toBe('no-store');
    }
    expect(new Set(refused.map(({ body }) => body)).size).toBe(1);
  });

  test('refuses a query parameter that is given twice', async () => {
    const { v, s } = signed('large', { v: 'v1' });
    const twice = { value: v ?? '', multiValue: [{ value: 'v1' }, { value: 'v2' }] };
    const { statusCode } = await load()({
      context: { eventType: 'viewer-request' },
      request: {
        uri: `/i/${imageId}/large`,
        querystring: { v: twice, s: { value: s } },
        headers: {},
      },
    });
    expect(statusCode).toBe(403);
  });

  test('verifies with every secret of the list, whatever blanks surround it', async () => {
    const handle = load({ stored: 'a-new-secret-of-sixteen, a-secret-of-sixteen ,' });
    const ok = await ask(handle, 'large', signed('large', { v: 'v1' }));
    expect(ok.statusCode).toBeUndefined();
    const { statusCode } = await ask(
      load({ stored: 'a-new-secret-of-sixteen' }),
      'large',
      signed('large'),
    );
    expect(statusCode).toBe(403);
  });

  test('expires a link at the second it names, on a public stage too', async () => {
    const past = String(now.getTime() / 1000);
    expect((await ask(load(), 'large', signed('large', { e: past }))).statusCode).toBe(403);
    expect(
      (await ask(load(), 'large', signed('large', { e: inAnHour }))).statusCode,
    ).toBeUndefined();
    const open = load({ access: 'public' });
    expect((await ask(open, 'large', { e: past })).statusCode).toBe(403);
    expect((await ask(open, 'large', { e: 'never' })).statusCode).toBe(403);
  });

  test('refuses everything while its secrets are missing', async () => {
    const handle = load({ stored: new Error('the store is down') });
    const { statusCode, body } = await ask(handle, 'large', signed('large'));
    expect(statusCode).toBe(503);
    expect(body).toContain('Try again');
  });

  test('requires no signature on a public stage, and treats an invalid version as the current one', async () => {
    const open = load({ access: 'public', stored: new Error('never read') });
    expect((await ask(open, 'large.jpg')).uri).toBe(`/i/${imageId}/large.jpg`);
    expect((await ask(open, 'large', { v: 'v1' })).uri).toBe(`/i/${imageId}/large.v1.auto`);
    expect((await ask(open, 'large', { v: '../x' })).uri).toBe(`/i/${imageId}/large.auto`);
  });

  test('passes a request that is no link of a picture to the API unchanged', async () => {
    const open = load({ access: 'public' });
    for (const file of ['', 'large/more', '../large', 'LARGE', '%2e%2e'])
      expect((await ask(open, file)).uri).toBe(`/i/${imageId}/${file}`);
  });

  describe('before a response', () => {
    const answer = async (
      headers: Values,
      querystring: Values = {},
      statusCode = 200,
    ): Promise<Record<string, string | undefined>> => {
      const event = {
        context: { eventType: 'viewer-response' },
        request: { uri: '/i/…', querystring, headers: {} },
        response: { statusCode, headers },
      };
      const given = (await load()(event)).headers;
      return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
    };
    const forEver = () => ({ 'cache-control': { value: 'public, max-age=31536000, immutable' } });

    test('adds Vary: Accept', async () => {
      expect(await answer(forEver())).toEqual({
        vary: 'Accept',
        'cache-control': 'public, max-age=31536000, immutable',
      });
      expect(await answer({})).toEqual({ vary: 'Accept' });
    });

    test('limits max-age to the expiry of the link', async () => {
      const until = async (e: string) =>
        (await answer(forEver(), { e: { value: e } }))['cache-control'];
      expect(await until(inAnHour)).toBe('public, max-age=3600');
      expect(await until('1000')).toBe('public, max-age=0');
      expect(await until('99999999999')).toBe('public, max-age=31536000');
      expect(await until('never')).toBe('public, max-age=31536000, immutable');
    });

    test('does not change a response with no-store', async () => {
      const refused = { 'cache-control': { value: 'no-store' } };
      const given = await answer(refused, { e: { value: inAnHour } }, 404);
      expect(given['cache-control']).toBe('no-store');
    });
  });
});
