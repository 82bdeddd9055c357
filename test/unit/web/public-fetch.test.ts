import { describe, expect, test } from 'vitest';
import { fetchTools, notFetched } from '#test/support/fetch-tools.ts';

const { picture, origin, createFetch, get, expectRetryLater } = fetchTools();

describe('a downloaded picture', () => {
  test('comes unchanged, with the claimed content type and the final URL', async () => {
    expect(await get('/a.jpg?token=1#top')).toEqual({
      ok: true,
      bytes: picture,
      contentType: 'image/jpeg',
      finalUrl: `${origin().url}/a.jpg?token=1`,
    });
  });

  test('is requested with Accept, without compression, and by the name of Darkroom', async () => {
    await get('/a.jpg');

    expect(origin().calls[0]?.headers).toMatchObject({
      accept: 'image/*',
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/^Darkroom\/\d/),
      host: origin().host,
    });
    expect(origin().calls[0]?.headers).not.toHaveProperty('cookie');
  });

  test('is requested by the name that the operator chose', async () => {
    await get('/a.jpg', { userAgent: 'Shop-Import (pictures@shop.example)' });

    expect(origin().calls[0]?.headers).toMatchObject({
      'user-agent': 'Shop-Import (pictures@shop.example)',
    });
  });

  test('is requested with the Accept header that the caller gives', async () => {
    await get('/a.jpg', { accept: 'text/csv, */*;q=0.5' });

    expect(origin().calls[0]?.headers).toMatchObject({ accept: 'text/csv, */*;q=0.5' });
  });

  test('may come late, within the timeout', async () => {
    expect(await get('/slow?ms=100')).toMatchObject({ bytes: picture });
  });

  test('may have a name that is not ASCII', async () => {
    expect(await get('/näh maschine.jpg')).toMatchObject({
      finalUrl: `${origin().url}/n%C3%A4h%20maschine.jpg`,
    });
  });

  test('is not distinguished from a web page here', async () => {
    expect(await get('/html')).toMatchObject({ contentType: 'text/html; charset=utf-8' });
  });

  test.each(['/a.jpg', '/status/404'])('comes over a reused connection: %s', async (path) => {
    const fetch = createFetch();

    for (const _ of Array.from({ length: 20 })) await fetch(`${origin().url}${path}`);

    expect(origin().calls).toHaveLength(20);
    expect(origin().connections()).toBeLessThan(5);
  });
});

describe('a redirect', () => {
  test.each([1, 5])('is followed %i times', async (times) => {
    expect(await get(`/redirect/${times}`)).toMatchObject({
      bytes: picture,
      finalUrl: `${origin().url}/redirect/0`,
    });
  });

  test('is not followed a sixth time', async () => {
    expect(await get('/redirect/6')).toEqual(
      notFetched(`${origin().url}/redirect/6 redirects more than 5 times.`),
    );
    expect(origin().calls).toHaveLength(6);
    expect(await get('/redirect/2', { maxRedirects: 1 })).toMatchObject({ ok: false });
    expect(await get('/redirect/1', { maxRedirects: 0 })).toMatchObject({ ok: false });
  });

  test('in a circle is refused', async () => {
    expect(await get('/loop')).toEqual(notFetched(`${origin().url}/loop redirects in a circle.`));
    expect(origin().calls).toHaveLength(2);
  });

  test.each([301, 302, 303, 307, 308])('is followed with status %i', async (status) => {
    expect(await get(`/to?url=/a.jpg&status=${status}`)).toMatchObject({ bytes: picture });
  });

  test('may lead to a URL that is not percent-encoded', async () => {
    expect(await get(`/to?url=${encodeURIComponent('/näh maschine.jpg')}`)).toMatchObject({
      finalUrl: `${origin().url}/n%C3%A4h%20maschine.jpg`,
    });
  });

  test('without a valid location is refused', async () => {
    expect(await get('/to')).toEqual(notFetched(`${origin().url}/to answered 302.`));
    expect(await get('/to?url=http://%255b')).toEqual(
      notFetched(
        expect.stringMatching(/\/to redirects to http:\/\/.*, which is not a valid URL\.$/),
      ),
    );
  });

  test('to a file is refused', async () => {
    expect(await get('/to?url=file:///etc/passwd')).toEqual(
      notFetched(
        `${origin().url}/to redirects to file:/etc/passwd, which is not an http or https URL.`,
      ),
    );
  });

  test('to a user name and password is refused, and they are not repeated', async () => {
    const url = encodeURIComponent(origin().url.replace('//', '//ann:pw@'));

    expect(await get(`/to?url=${url}`)).toEqual(
      notFetched(
        `${origin().url}/to redirects to ${origin().url}/, which contains a user name or password, which is not allowed.`,
      ),
    );
  });

  test('to a URL that fails is refused with both URLs', async () => {
    expect(await get('/to?url=/status/404')).toEqual(
      notFetched(`${origin().url}/to redirects to ${origin().url}/status/404, which answered 404.`),
    );
  });

  test('does not restart the timeout', async () => {
    const slowRedirect = (url: string) => `/to?ms=500&url=${encodeURIComponent(url)}`;
    const path = slowRedirect(slowRedirect(slowRedirect('/a.jpg')));

    const { message } = await expectRetryLater(get(path, { timeoutMs: 1000 }));

    expect(message).toMatch(/ did not finish within 1 s\.$/);
    expect(origin().requestsTo('/a.jpg')).toBe(0);
  });
});

describe('a body that is longer than announced', () => {
  test('ends at the announced length, as HTTP requires', async () => {
    expect(await get('/too-long')).toMatchObject({ bytes: picture.subarray(0, 1500) });
  });
});
