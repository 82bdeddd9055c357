import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Resolver } from '#lib/web/guarded-agent.ts';
import { FetchBusy, publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';
import {
  type Canary,
  loopbackUrls,
  privateUrls,
  startCanary,
} from '#test/support/fetch-private-urls.ts';

let canary: Canary;
let origin: FetchOrigin;

beforeAll(async () => {
  canary = await startCanary();
  origin = await startFetchOrigin({ pictures: { '/a.jpg': Buffer.from('picture') } });
});
afterAll(() => Promise.all([canary.stop(), origin.stop()]));

const limits = { maxBytes: 1000, timeoutMs: 2000 };
const fetchPublic = publicFetch({ allowHosts: [], ...limits });
/** Lets the origin through, which sends us on to where we must not go. */
const fetchFromOrigin = (url: string) => publicFetch({ allowHosts: [origin.host], ...limits })(url);

/** Public, and given out to nobody: no packet gets anywhere. */
const publicAddress = { address: '2d00::1', family: 6 };
const loopback = { address: '127.0.0.1', family: 4 };

/** Answers one list after the other, the last one for ever, and counts how often it was asked. */
const makeResolver = (...idempotencyRecords: { address: string; family: number }[][]) => {
  const asked: string[] = [];
  const resolve: Resolver = async (hostname) => {
    asked.push(hostname);
    return idempotencyRecords[Math.min(asked.length, idempotencyRecords.length) - 1] ?? [];
  };
  return { resolve, asked };
};

const isPrivate = {
  refused: expect.stringMatching(
    / points to a private address( \([\d.:a-f]+\))?, which is not allowed\.$/,
  ),
};

describe('the canary', () => {
  test('sings when somebody does get through', async () => {
    const before = canary.connections();
    const careless = publicFetch({ allowHosts: [canary.host], ...limits });

    expect(await careless(`http://2130706433:${canary.port}/secret`)).toMatchObject({
      bytes: Buffer.from('secret'),
    });
    expect(canary.connections()).toBe(before + 1);
  });
});

describe('nobody is sent to a private address', () => {
  let before: number;
  beforeEach(() => {
    before = canary.connections();
  });
  const expectSilence = () => expect(canary.connections()).toBe(before);

  test.each(loopbackUrls(0))('by writing %s', async (template) => {
    expect(await fetchPublic(template.replace(':0/', `:${canary.port}/`))).toEqual(isPrivate);
    expectSilence();
  });

  test.each(privateUrls())('by writing %s', async (url) => {
    expect(await fetchPublic(url)).toEqual(isPrivate);
  });

  test('by writing an address with a zone, which is no URL', async () => {
    expect(await fetchPublic(`http://[fe80::1%25lo]:${canary.port}/`)).toEqual({
      refused: expect.stringMatching(/ is not a valid URL\.$/),
    });
    expectSilence();
  });

  test.each(loopbackUrls(0))('by a redirect to %s', async (template) => {
    const target = encodeURIComponent(template.replace(':0/', `:${canary.port}/`));

    expect(await fetchFromOrigin(`${origin.url}/to?url=${target}`)).toEqual(isPrivate);
    expectSilence();
  });

  test('by a redirect over several hops', async () => {
    const last = `${origin.url}/to?url=${encodeURIComponent(`http://127.1:${canary.port}/secret`)}`;
    const first = `${origin.url}/to?status=307&url=${encodeURIComponent(last)}`;

    expect(await fetchFromOrigin(first)).toEqual({
      refused: `${origin.url}/to redirects to http://127.0.0.1:${canary.port}/secret, which points to a private address (127.0.0.1), which is not allowed.`,
    });
    expectSilence();
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
  ])('by a name that leads to %j', async (addresses) => {
    const { resolve } = makeResolver(addresses);
    const fetch = publicFetch({ allowHosts: [], resolve, ...limits });

    expect(await fetch(`http://pictures.example:${canary.port}/secret`)).toEqual({
      refused: `http://pictures.example:${canary.port}/secret points to a private address, which is not allowed.`,
    });
    expectSilence();
  });

  test('by a name that is public when it is checked and private when it is connected to', async () => {
    const { resolve, asked } = makeResolver([publicAddress], [loopback]);
    const fetch = publicFetch({ allowHosts: [], resolve, maxBytes: 1000, timeoutMs: 1500 });
    const url = `http://rebinding.example:${canary.port}/secret`;

    // The address that was checked is the one that is tried, and nobody is there.
    await expect(fetch(url)).rejects.toBeInstanceOf(FetchBusy);
    expect(asked).toEqual(['rebinding.example']);

    expect(await fetch(url)).toEqual(isPrivate);
    expect(asked).toHaveLength(2);
    expectSilence();
  });

  test('by a name that is private when the same host redirects to itself', async () => {
    const { resolve, asked } = makeResolver([loopback]);
    const port = origin.host.split(':')[1];
    const fetch = publicFetch({ allowHosts: [`friend.example:${port}`], resolve, ...limits });
    const target = encodeURIComponent(`http://friend.example:${canary.port}/secret`);

    expect(await fetch(`http://friend.example:${port}/to?url=${target}`)).toEqual(isPrivate);
    expect(asked).toHaveLength(2);
    expectSilence();
  });

  test('by a proxy that the environment names', async () => {
    process.env['http_proxy'] = process.env['HTTP_PROXY'] = `http://${canary.host}`;
    try {
      expect(await fetchFromOrigin(`${origin.url}/a.jpg`)).toHaveProperty('bytes');
      expectSilence();
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

    expect(await fetchPublic(url)).toEqual({ refused });
    const target = encodeURIComponent(url);
    expect(await fetchFromOrigin(`${origin.url}/to?url=${target}`)).toEqual({ refused });
  });
});

describe('what is allowed although private', () => {
  const allowing = (allowHosts: string[], resolve?: Resolver) =>
    publicFetch({ allowHosts, ...limits, ...(resolve && { resolve }) });
  const portOf = ({ host }: { host: string }) => host.split(':')[1];

  test('is reached, directly and by a redirect', async () => {
    const fetch = allowing([origin.host]);
    const target = encodeURIComponent(`${origin.url}/a.jpg`);

    for (const path of ['/a.jpg', `/to?url=${target}`, '/redirect/1'])
      expect(await fetch(`${origin.url}${path}`)).toMatchObject({ bytes: Buffer.from('picture') });
  });

  test('is reached by its name', async () => {
    const { resolve } = makeResolver([loopback]);
    const host = `Intranet.example:${portOf(origin)}`;

    expect(
      await allowing([host], resolve)(`http://intranet.EXAMPLE:${portOf(origin)}/a.jpg`),
    ).toEqual({
      bytes: Buffer.from('picture'),
      contentType: 'image/jpeg',
      finalUrl: `http://intranet.example:${portOf(origin)}/a.jpg`,
    });
  });

  test('may be an IPv6 address, in whatever notation', async () => {
    const port = portOf(origin); // where nobody is on IPv6
    const fetch = allowing([`[0:0::1]:${port}`]);

    await expect(fetch(`http://[0:0:0:0:0:0:0:1]:${port}/a.jpg`)).rejects.toThrow(
      `http://[::1]:${port}/a.jpg could not be connected to (`,
    );
    expect(await fetch(`http://[::2]:${port}/a.jpg`)).toEqual(isPrivate);
  });

  test('must match in host and port', async () => {
    const port = portOf(origin);
    const { resolve } = makeResolver([loopback]);

    for (const entry of [
      canary.host,
      `127.0.0.2:${port}`,
      `friend.example:${port}`,
      '127.0.0.1:80',
    ])
      expect(await allowing([entry], resolve)(`${origin.url}/a.jpg`)).toEqual(isPrivate);
    for (const host of [
      'enemy.example',
      'friend.example.',
      'not-friend.example',
      'x.friend.example',
    ])
      expect(
        await allowing([`friend.example:${port}`], resolve)(`http://${host}:${port}/a.jpg`),
      ).toEqual(isPrivate);
  });

  test('may be at the default port, which a URL does not say', async () => {
    const { resolve } = makeResolver([{ address: '127.9.9.9', family: 4 }]);
    const refused = allowing(['intranet.example:443'], resolve);
    const tried = allowing(['intranet.example:80'], resolve);

    expect(await refused('http://intranet.example/a.jpg')).toEqual(isPrivate);
    await expect(tried('http://intranet.example/a.jpg')).rejects.toThrow('(ECONNREFUSED)');
  });

  test.each(['localhost', 'http://localhost:1', 'localhost:', ':80', 'a b:80', 'a:80/x', 'a:1:80'])(
    'cannot be written "%s"',
    (entry) => {
      expect(() => allowing([entry])).toThrow(/^FETCH_ALLOW_HOSTS holds ".*"; write host:port/);
    },
  );
});
