import { describe, expect, test } from 'vitest';
import type { Resolver } from '#lib/web/guarded-agent.ts';
import { eventually } from '#test/support/eventually.ts';
import { fetchTools, notFetched } from '#test/support/fetch-tools.ts';

const { picture, origin, createFetch, get, expectRetryLater } = fetchTools();

describe('a download that may be retried', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 529])(
    'throws RetryLaterError after a response of %i',
    async (status) => {
      const error = await expectRetryLater(get(`/status/${status}?key=secret`));

      expect(error.message).toBe(`${origin().url}/status/${status} answered ${status}.`);
      expect(error.retryAfterSeconds).toBeUndefined();
    },
  );

  test('throws with the wait that the server asks for and succeeds after it', async () => {
    const path = '/status/429?times=1&retry-after=7';

    expect((await expectRetryLater(get(path))).retryAfterSeconds).toBe(7);
    expect(await get(path)).toMatchObject({ bytes: picture });
  });

  test('throws with the wait until a date', async () => {
    const date = encodeURIComponent('Sat, 21 Nov 2026 10:00:42 GMT');
    const now = () => new Date('2026-11-21T10:00:00Z');

    expect(
      (await expectRetryLater(get(`/status/503?retry-after=${date}`, { now }))).retryAfterSeconds,
    ).toBe(42);
  });

  test.each(['/silent', '/dripping', '/slow?ms=60000'])(
    'throws after the timeout: %s',
    async (path) => {
      const error = await expectRetryLater(get(path, { timeoutMs: 1000 }));

      expect(error.message).toMatch(/ did not finish within 1 s\.$/);
    },
  );

  test('throws when the body is shorter than announced', async () => {
    expect((await expectRetryLater(get('/cut-short'))).message).toMatch(
      /\/cut-short broke off in the middle of its answer \([A-Z_]+\)\.$/,
    );
  });

  test('throws when the connection is reset', async () => {
    expect((await expectRetryLater(get('/resetting'))).message).toMatch(
      /\/resetting broke off .*\([A-Z_]+\)\.$/,
    );
  });

  test('throws when the server is not there', async () => {
    await origin().stop();
    const error = await expectRetryLater(get('/a.jpg'));

    expect(error.message).toMatch(/\/a\.jpg could not be connected to \(ECONNREFUSED\)\.$/);
  });

  test('leaves no request open when the body is too large', async () => {
    for (const path of ['/huge?unannounced=1', '/huge', '/status/404?bytes=100000000'])
      await get(path, { timeoutMs: 60_000 });

    await eventually(() => expect(origin().openNow()).toBe(0));
  });

  test('leaves no socket open when it was aborted', async () => {
    const paths = ['/silent', '/dripping', '/huge?unannounced=1', '/gzip', '/huge'];
    await Promise.allSettled(paths.map((path) => get(path, { timeoutMs: 1500 })));
    expect(origin().calls).toHaveLength(5);

    await eventually(() => expect(origin().openNow()).toBe(0));
  });
});

describe('the host name of a download', () => {
  const failing =
    (code: string): Resolver =>
    async () => {
      throw Object.assign(new Error(`getaddrinfo ${code} inner.example 10.0.0.53`), { code });
    };
  const url = 'http://inner.example/a.jpg';

  test.each(['ENOTFOUND', 'ENODATA'])('is refused when it is unknown (%s)', async (code) => {
    expect(await createFetch({ resolve: failing(code) })(url)).toEqual(
      notFetched(`${url} has a host name that does not exist.`),
    );
  });

  test('is refused when it has no address', async () => {
    expect(await createFetch({ resolve: async () => [] })(url)).toEqual(
      notFetched(`${url} has a host name that does not exist.`),
    );
  });

  test.each(['EAI_AGAIN', 'ETIMEOUT', 'ESERVFAIL'])(
    'may be retried when it cannot be resolved now (%s)',
    async (code) => {
      const error = await expectRetryLater(createFetch({ resolve: failing(code) })(url));

      expect(error.message).toBe(`${url} has a host name that could not be looked up (${code}).`);
    },
  );

  test('is resolved within the timeout, and anew for the next download', async () => {
    let lookups = 0;
    const resolve: Resolver = () => {
      lookups += 1;
      return lookups === 1
        ? new Promise(() => {})
        : Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    };
    const fetch = createFetch({
      resolve,
      timeoutMs: 2000,
      allowHosts: [`allowed.example:${origin().host.split(':')[1]}`],
    });
    const named = origin().url.replace('127.0.0.1', 'allowed.example');

    expect((await expectRetryLater(fetch(`${named}/a.jpg`))).message).toMatch(
      /did not finish within 2 s\.$|could not be looked up \(ETIMEOUT\)\.$/,
    );
    expect(await fetch(`${named}/a.jpg`)).toMatchObject({ bytes: picture });
  });

  test('is tried at every address it has', async () => {
    const port = origin().host.split(':')[1];
    const resolve: Resolver = async () => [
      { address: '127.7.7.7', family: 4 }, // nothing listens there
      { address: '127.0.0.1', family: 4 },
    ];
    const fetch = createFetch({ resolve, allowHosts: [`allowed.example:${port}`] });

    expect(await fetch(`http://allowed.example:${port}/a.jpg`)).toMatchObject({ bytes: picture });
    expect(origin().calls[0]?.headers.host).toBe(`allowed.example:${port}`);
  });
});
