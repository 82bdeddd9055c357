import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resolver } from '#lib/web/guarded-agent.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';
import { type Canary, startCanary } from '#test/support/fetch-private-urls.ts';
import { notFetched } from '#test/support/fetch-tools.ts';

let canary: Canary;
let origin: FetchOrigin;

beforeAll(async () => {
  canary = await startCanary();
  origin = await startFetchOrigin({ pictures: { '/a.jpg': Buffer.from('picture') } });
});

afterAll(() => Promise.all([canary.stop(), origin.stop()]));

const limits = { maxBytes: 1000, timeoutMs: 2000 };
const loopback = { address: '127.0.0.1', family: 4 };

/** Returns one list after the other, the last one again and again, and records the look-ups. */
const createResolver = (...results: { address: string; family: number }[][]) => {
  const lookups: string[] = [];
  const resolve: Resolver = async (hostname) => {
    lookups.push(hostname);
    return results[Math.min(lookups.length, results.length) - 1] ?? [];
  };
  return { resolve, lookups };
};

const refusedAsPrivate = notFetched(
  expect.stringMatching(/ points to a private address( \([\d.:a-f]+\))?, which is not allowed\.$/),
);

describe('a private host that FETCH_ALLOW_HOSTS names', () => {
  const allowing = (allowHosts: string[], resolve?: Resolver) =>
    publicFetch({ allowHosts, ...limits, ...(resolve && { resolve }) });
  const portIn = ({ host }: { host: string }) => host.split(':')[1];

  test('is reached directly and by a redirect', async () => {
    const fetch = allowing([origin.host]);
    const target = encodeURIComponent(`${origin.url}/a.jpg`);

    for (const path of ['/a.jpg', `/to?url=${target}`, '/redirect/1'])
      expect(await fetch(`${origin.url}${path}`)).toMatchObject({ bytes: Buffer.from('picture') });
  });

  test('is reached by its name', async () => {
    const { resolve } = createResolver([loopback]);
    const host = `Intranet.example:${portIn(origin)}`;

    expect(
      await allowing([host], resolve)(`http://intranet.EXAMPLE:${portIn(origin)}/a.jpg`),
    ).toEqual({
      ok: true,
      bytes: Buffer.from('picture'),
      contentType: 'image/jpeg',
      finalUrl: `http://intranet.example:${portIn(origin)}/a.jpg`,
    });
  });

  test('may be an IPv6 address in any notation', async () => {
    const port = portIn(origin); // where nothing listens on IPv6
    const fetch = allowing([`[0:0::1]:${port}`]);

    await expect(fetch(`http://[0:0:0:0:0:0:0:1]:${port}/a.jpg`)).rejects.toThrow(
      `http://[::1]:${port}/a.jpg could not be connected to (`,
    );
    expect(await fetch(`http://[::2]:${port}/a.jpg`)).toEqual(refusedAsPrivate);
  });

  test('must match in host and port', async () => {
    const port = portIn(origin);
    const { resolve } = createResolver([loopback]);

    for (const entry of [
      canary.host,
      `127.0.0.2:${port}`,
      `allowed.example:${port}`,
      '127.0.0.1:80',
    ])
      expect(await allowing([entry], resolve)(`${origin.url}/a.jpg`)).toEqual(refusedAsPrivate);
    for (const host of [
      'other.example',
      'allowed.example.',
      'not-allowed.example',
      'x.allowed.example',
    ])
      expect(
        await allowing([`allowed.example:${port}`], resolve)(`http://${host}:${port}/a.jpg`),
      ).toEqual(refusedAsPrivate);
  });

  test('may be at the default port, which a URL omits', async () => {
    const { resolve } = createResolver([{ address: '127.9.9.9', family: 4 }]);
    const refused = allowing(['intranet.example:443'], resolve);
    const tried = allowing(['intranet.example:80'], resolve);

    expect(await refused('http://intranet.example/a.jpg')).toEqual(refusedAsPrivate);
    await expect(tried('http://intranet.example/a.jpg')).rejects.toThrow('(ECONNREFUSED)');
  });

  test.each(['localhost', 'http://localhost:1', 'localhost:', ':80', 'a b:80', 'a:80/x', 'a:1:80'])(
    'cannot be written as "%s"',
    (entry) => {
      expect(() => allowing([entry])).toThrow(/^FETCH_ALLOW_HOSTS holds ".*"; write host:port/);
    },
  );
});
