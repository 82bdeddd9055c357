import { describe, expect, test } from 'vitest';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { fetchTools, notFetched } from '#test/support/fetch-tools.ts';

const { picture, origin, createFetch, get } = fetchTools();

describe('a download that would fail again', () => {
  test.each([400, 401, 403, 404, 410, 451, 204, 206, 304])(
    'is refused after a response of %i',
    async (status) => {
      expect(await get(`/status/${status}?key=secret`)).toEqual(
        notFetched(`${origin().url}/status/${status} answered ${status}.`),
      );
    },
  );

  test('is refused after an empty body', async () => {
    expect(await get('/empty')).toEqual(
      notFetched(`${origin().url}/empty answered with nothing at all.`),
    );
  });

  test('is refused without reading when the announced size is too large', async () => {
    const answer = encodeURIComponent('HTTP/1.1 200 OK\r\ncontent-length: 10001\r\n\r\n');

    for (const path of ['/huge?bytes=100000000000', `/raw?answer=${answer}`])
      expect(await get(path)).toEqual(
        notFetched(expect.stringMatching(/ is larger than 10 kB, the maximum\.$/)),
      );
  });

  test('is refused when an unannounced body becomes too large', async () => {
    expect(await get('/huge?bytes=100000000000&unannounced=1', { maxBytes: 2_500_000 })).toEqual(
      notFetched(`${origin().url}/huge is larger than 2.5 MB, the maximum.`),
    );
  });

  test.each([true, false])(
    'is refused with one byte too many (announced: %s) and accepted without it',
    async (yes) => {
      const path = `/huge?bytes=3000${yes ? '' : '&unannounced=1'}`;

      expect(await get(path, { maxBytes: 2999 })).toMatchObject({ ok: false });
      expect(await get(path, { maxBytes: 3000 })).toMatchObject({ bytes: Buffer.alloc(3000) });
    },
  );

  test.each(['/gzip', '/gzip-lying'])(
    'is refused when it says that it is compressed, whether true or not: %s',
    async (path) => {
      expect(await get(path)).toEqual(
        notFetched(
          `${origin().url}${path} is sent compressed (content-encoding), though no compression was requested.`,
        ),
      );
    },
  );

  test('is refused when the response is not HTTP', async () => {
    expect(await get('/garbage')).toEqual(
      notFetched(`${origin().url}/garbage does not answer in proper HTTP.`),
    );
  });

  test('is refused when the server does not speak TLS', async () => {
    const url = `https://${origin().host}/a.jpg`;

    expect(await createFetch()(url)).toEqual(
      notFetched(
        expect.stringMatching(
          /\/a\.jpg has no TLS version or cipher in common with us \([A-Z_]+\)\.$/,
        ),
      ),
    );
  });

  test.each([
    ['', ' is not a valid URL.'],
    ['a.jpg', 'a.jpg is not a valid URL.'],
    ['//host/a.jpg', '//host/a.jpg is not a valid URL.'],
    ['http://', 'http:// is not a valid URL.'],
    ['http://host:99999/', 'http://host:99999/ is not a valid URL.'],
    ['http://256.256.256.256/', 'http://256.256.256.256/ is not a valid URL.'],
    ['ftp://ann:pw@host/a', 'ftp://host/a is not an http or https URL.'],
    [
      'http://ann:pw@host/a?b',
      'http://host/a contains a user name or password, which is not allowed.',
    ],
    ['http://:pw@host/a', 'http://host/a contains a user name or password, which is not allowed.'],
    ['a\u202egpj.exe\n', 'agpj.exe is not a valid URL.'],
  ])('is refused for the URL %j', async (url, refused) => {
    expect(await createFetch()(url)).toEqual(notFetched(refused));
  });

  test('is refused for an overlong URL, which the message shortens', async () => {
    const end = await createFetch()(`${origin().url}/${'a'.repeat(9000)}`);

    expect(end).toEqual(notFetched(expect.stringMatching(/… is longer than 8192 characters\.$/)));
    expect(JSON.stringify(end).length).toBeLessThan(250);
    expect(origin().calls).toEqual([]);
  });
});

describe('a malformed HTTP response', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';

  test.each([
    '',
    'H',
    '\r\n\r\n',
    'HTTP/1.1\r\n\r\n',
    'HTTP/0.9 200 OK\r\n\r\n',
    'HTTP/2.0 200 OK\r\n\r\n',
    'HTTP/1.1 099 Low\r\n\r\n',
    'HTTP/1.1 999 High\r\n\r\n',
    'HTTP/1.1 1000 Long\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\n\r\n',
    'HTTP/1.1 302 Found\r\nlocation:\r\n\r\n',
    'HTTP/1.1 302 Found\r\nlocation: \x01\xff\r\n\r\n',
    `${ok}content-length: -1\r\n\r\nbytes`,
    `${ok}content-length: 5, 6\r\n\r\nbytes`,
    `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\nbytes`,
    `${ok}content-length: 99999999999999999999999\r\n\r\nbytes`,
    `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nbytes\r\n0\r\n\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\nnot a size\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\n5\r\nbytes`,
    `${ok}content-encoding: gzip\r\ncontent-encoding: br\r\n\r\nbytes`,
    `${ok}no colon\r\n\r\nbytes`,
    `${ok}x: ${'x'.repeat(100_000 / 8)}\r\ny: ${'y'.repeat(100_000 / 8)}\r\n\r\nbytes`,
    `${ok}x: a\0b\r\n\r\nbytes`,
  ])('ends in a sentence and does not affect the next download: %j', async (answer) => {
    const path = `/raw?answer=${encodeURIComponent(answer)}`;
    const fetch = createFetch({ timeoutMs: 1000 });
    const end = await fetch(`${origin().url}${path}`).catch((error: unknown) => error);

    if (end instanceof RetryLaterError) expect(end.message).toMatch(sentence);
    else expect(end).toEqual(notFetched(expect.stringMatching(sentence)));
    expect(await fetch(`${origin().url}/a.jpg`)).toMatchObject({ bytes: picture });
  });
  const sentence = /^http:\/\/127\.0\.0\.1:\d+\/raw (?!.*(undefined|NaN|\[object)).{5,100}\.$/;

  test('is not one of HTTP/1.0 that ends with its connection', async () => {
    const answer = encodeURIComponent('HTTP/1.0 200 OK\r\n\r\nbytes');

    expect(await get(`/raw?answer=${answer}`)).toMatchObject({ bytes: Buffer.from('bytes') });
  });
});
