import { describe, expect, test } from 'vitest';
import type { Resolver } from '#lib/web/guarded-agent.ts';
import { eventually } from '#test/support/eventually.ts';
import { fetchTools } from '#test/support/fetch-tools.ts';

const { picture, origin, fetchOf, get, busyOf } = fetchTools();

describe('what may pass is thrown, for the queue to bring back', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 529])('an answer of %i', async (status) => {
    const end = await busyOf(get(`/status/${status}?key=secret`));

    expect(end.message).toBe(`${origin().url}/status/${status} answered ${status}.`);
    expect(end.retryAfterSeconds).toBeUndefined();
  });

  test('with the wait that the server asks for, and the picture after it', async () => {
    const path = '/status/429?times=1&retry-after=7';

    expect((await busyOf(get(path))).retryAfterSeconds).toBe(7);
    expect(await get(path)).toMatchObject({ bytes: picture });
  });

  test('with the wait until a date', async () => {
    const date = encodeURIComponent('Sat, 21 Nov 2026 10:00:42 GMT');
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect((await busyOf(get(`/status/503?retry-after=${date}`, { now }))).retryAfterSeconds).toBe(
      42,
    );
  });

  test.each(['/silent', '/dripping', '/slow?ms=60000'])(
    'a server that takes its time: %s',
    async (path) => {
      const end = await busyOf(get(path, { timeoutMs: 1000 }));

      expect(end.message).toMatch(/ did not finish within 1 s\.$/);
    },
  );

  test('a body that is shorter than announced', async () => {
    expect((await busyOf(get('/cut-short'))).message).toMatch(
      /\/cut-short broke off in the middle of its answer \([A-Z_]+\)\.$/,
    );
  });

  test('a connection that is reset', async () => {
    expect((await busyOf(get('/resetting'))).message).toMatch(
      /\/resetting broke off .*\([A-Z_]+\)\.$/,
    );
  });

  test('a server that is not there', async () => {
    await origin().stop();
    const end = await busyOf(get('/a.jpg'));

    expect(end.message).toMatch(/\/a\.jpg could not be connected to \(ECONNREFUSED\)\.$/);
  });

  test('and what is too large is not left standing open', async () => {
    for (const path of ['/huge?unannounced=1', '/huge', '/status/404?bytes=100000000'])
      await get(path, { timeoutMs: 60_000 });

    await eventually(() => expect(origin().openNow()).toBe(0));
  });

  test('and no socket stays behind of one that was given up', async () => {
    const given = ['/silent', '/dripping', '/huge?unannounced=1', '/gzip', '/huge'];
    await Promise.allSettled(given.map((path) => get(path, { timeoutMs: 1500 })));
    expect(origin().calls).toHaveLength(5);

    await eventually(() => expect(origin().openNow()).toBe(0));
  });
});

describe('a host name', () => {
  const failing =
    (code: string): Resolver =>
    async () => {
      throw Object.assign(new Error(`getaddrinfo ${code} inner.example 10.0.0.53`), { code });
    };
  const url = 'http://inner.example/a.jpg';

  test.each(['ENOTFOUND', 'ENODATA'])('that is unknown (%s) is refused', async (code) => {
    expect(await fetchOf({ resolve: failing(code) })(url)).toEqual({
      refused: `${url} has a host name that does not exist.`,
    });
  });

  test('without any address is refused', async () => {
    expect(await fetchOf({ resolve: async () => [] })(url)).toEqual({
      refused: `${url} has a host name that does not exist.`,
    });
  });

  test.each(['EAI_AGAIN', 'ETIMEOUT', 'ESERVFAIL'])('may be known later (%s)', async (code) => {
    const end = await busyOf(fetchOf({ resolve: failing(code) })(url));

    expect(end.message).toBe(`${url} has a host name that could not be looked up (${code}).`);
  });

  test('is not waited for for ever, now or the next time', async () => {
    let asked = 0;
    const resolve: Resolver = () => {
      asked += 1;
      return asked === 1
        ? new Promise(() => {})
        : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    };
    const fetch = fetchOf({
      resolve,
      timeoutMs: 2000,
      allowHosts: [`friend.example:${origin().host.split(':')[1]}`],
    });
    const named = origin().url.replace('127.0.0.1', 'friend.example');

    expect((await busyOf(fetch(`${named}/a.jpg`))).message).toMatch(
      /did not finish within 2 s\.$|could not be looked up \(ETIMEOUT\)\.$/,
    );
    expect(await fetch(`${named}/a.jpg`)).toMatchObject({ bytes: picture });
  });

  test('is asked at every address it has', async () => {
    const port = origin().host.split(':')[1];
    const resolve: Resolver = async () => [
      { address: '127.7.7.7', family: 4 }, // nobody is there
      { address: '127.0.0.1', family: 4 },
    ];
    const fetch = fetchOf({ resolve, allowHosts: [`friend.example:${port}`] });

    expect(await fetch(`http://friend.example:${port}/a.jpg`)).toMatchObject({ bytes: picture });
    expect(origin().calls[0]?.headers.host).toBe(`friend.example:${port}`);
  });
});
