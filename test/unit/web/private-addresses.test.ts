import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import type { Resolver } from '#lib/web/guarded-agent.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';
import {
  type Canary,
  loopbackUrls,
  privateUrls,
  startCanary,
} from '#test/support/fetch-private-urls.ts';
import { notFetched } from '#test/support/fetch-tools.ts';

let canary: Canary;
let origin: FetchOrigin;

beforeAll(async () => {
  canary = await startCanary();
  origin = await startFetchOrigin({ pictures: { '/a.jpg': Buffer.from('picture') } });
});

afterAll(() => Promise.all([canary.stop(), origin.stop()]));

const limits = { maxBytes: 1000, timeoutMs: 2000 };
const fetchPublic = publicFetch({ allowHosts: [], ...limits });

/** May reach the origin, which redirects to private addresses. */
const fetchFromOrigin = (url: string) => publicFetch({ allowHosts: [origin.host], ...limits })(url);

/** Public but not allocated: no packet arrives anywhere. */
const publicAddress = { address: '2d00::1', family: 6 };
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

describe('the canary of these tests', () => {
  test('records a connection when one is made', async () => {
    const before = canary.connections();
    const unguarded = publicFetch({ allowHosts: [canary.host], ...limits });

    expect(await unguarded(`http://2130706433:${canary.port}/secret`)).toMatchObject({
      bytes: Buffer.from('secret'),
    });
    expect(canary.connections()).toBe(before + 1);
  });
});

describe('a private address is never reached', () => {
  let before: number;
  beforeEach(() => {
    before = canary.connections();
  });
  const expectNoConnection = () => expect(canary.connections()).toBe(before);

  test.each(loopbackUrls(0))('by the URL %s', async (template) => {
    expect(await fetchPublic(template.replace(':0/', `:${canary.port}/`))).toEqual(
      refusedAsPrivate,
    );
    expectNoConnection();
  });

  test.each(privateUrls())('by the URL %s', async (url) => {
    expect(await fetchPublic(url)).toEqual(refusedAsPrivate);
  });

  test('by an address with a zone, which is no URL', async () => {
    expect(await fetchPublic(`http://[fe80::1%25lo]:${canary.port}/`)).toEqual(
      notFetched(expect.stringMatching(/ is not a valid URL\.$/)),
    );
    expectNoConnection();
  });

  test.each(loopbackUrls(0))('by a redirect to %s', async (template) => {
    const target = encodeURIComponent(template.replace(':0/', `:${canary.port}/`));

    expect(await fetchFromOrigin(`${origin.url}/to?url=${target}`)).toEqual(refusedAsPrivate);
    expectNoConnection();
  });

  test('by a redirect over several hops', async () => {
    const last = `${origin.url}/to?url=${encodeURIComponent(`http://127.1:${canary.port}/secret`)}`;
    const first = `${origin.url}/to?status=307&url=${encodeURIComponent(last)}`;

    expect(await fetchFromOrigin(first)).toEqual(
      notFetched(
        `${origin.url}/to redirects to http://127.0.0.1:${canary.port}/secret, which points to a private address (127.0.0.1), which is not allowed.`,
      ),
    );
    expectNoConnection();
  });

  test.each([
    [[loopback]],
    [[publicAddress, loopback]],
    [[loopback, publicAddress]],
    [[{ address: '::ffff:127.0.0.1', family: 6 }]],
    [[{ address: '::1', family: 6 }]],
    [[{ address: '::1%lo', family: 6 }]],
    [[{ address: '2130706433', family: 4 }]],
    [[{ address: '127.1', family: 4 }]],
    [[{ address: 'localhost', family: 4 }]],
    [[{ address: '', family: 0 }]],
  ])('by a name that resolves to %j', async (addresses) => {
    const { resolve } = createResolver(addresses);
    const fetch = publicFetch({ allowHosts: [], resolve, ...limits });

    expect(await fetch(`http://pictures.example:${canary.port}/secret`)).toEqual(
      notFetched(
        `http://pictures.example:${canary.port}/secret points to a private address, which is not allowed.`,
      ),
    );
    expectNoConnection();
  });

  test('by a name that is public when it is checked and private when it is connected to (DNS rebinding)', async () => {
    const { resolve, lookups } = createResolver([publicAddress], [loopback]);
    const fetch = publicFetch({ allowHosts: [], resolve, maxBytes: 1000, timeoutMs: 1500 });
    const url = `http://rebinding.example:${canary.port}/secret`;

    // The connection goes to the address that was checked, where nothing listens.
    await expect(fetch(url)).rejects.toBeInstanceOf(RetryLaterError);
    expect(lookups).toEqual(['rebinding.example']);

    expect(await fetch(url)).toEqual(refusedAsPrivate);
    expect(lookups).toHaveLength(2);
    expectNoConnection();
  });

  test('by a name that is private when the same host redirects to itself', async () => {
    const { resolve, lookups } = createResolver([loopback]);
    const port = origin.host.split(':')[1];
    const fetch = publicFetch({ allowHosts: [`allowed.example:${port}`], resolve, ...limits });
    const target = encodeURIComponent(`http://allowed.example:${canary.port}/secret`);

    expect(await fetch(`http://allowed.example:${port}/to?url=${target}`)).toEqual(
      refusedAsPrivate,
    );
    expect(lookups).toHaveLength(2);
    expectNoConnection();
  });

  test('by a proxy that the environment names', async () => {
    process.env['http_proxy'] = process.env['HTTP_PROXY'] = `http://${canary.host}`;
    try {
      expect(await fetchFromOrigin(`${origin.url}/a.jpg`)).toHaveProperty('bytes');
      expectNoConnection();
    } finally {
      delete process.env['http_proxy'];
      delete process.env['HTTP_PROXY'];
    }
  });

  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/a.jpg',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'data:image/png;base64,AAAA',
    'blob:http://127.0.0.1/a',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock:/containers',
    'ws://127.0.0.1/',
  ])('by %s, which is no http(s)', async (url) => {
    const refused = expect.stringMatching(/ is not an http or https URL\.$/);

    expect(await fetchPublic(url)).toEqual(notFetched(refused));
    const target = encodeURIComponent(url);
    expect(await fetchFromOrigin(`${origin.url}/to?url=${target}`)).toEqual(notFetched(refused));
  });
});
