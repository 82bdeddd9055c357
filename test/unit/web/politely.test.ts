import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { politely } from '#lib/web/politely.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';

/** A download that ends when it is told to. */
const heldDownloads = () => {
  const begun: string[] = [];
  const endings = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const fetch = (url: string) => {
    begun.push(url);
    return new Promise<string>((resolve, fail) => {
      endings.set(url, { end: () => resolve(`bytes of ${url}`), fail });
    });
  };
  return { fetch, begun, ending: (url: string) => endings.get(url) };
};
const settled = () => new Promise((resume) => setImmediate(resume));

describe('a host', () => {
  let origin: FetchOrigin;
  beforeAll(async () => {
    origin = await startFetchOrigin({ pictures: { '/a.jpg': Buffer.from('picture') } });
  });
  afterAll(() => origin.stop());

  test('is asked for four pictures at once, and gives all of them', async () => {
    const options = { allowHosts: [origin.host], maxBytes: 1000, timeoutMs: 5000 };
    const fetch = politely(publicFetch(options), { perHost: 4 });
    const urls = Array.from({ length: 20 }, (_, n) => `${origin.url}/slow?ms=10&n=${n}`);

    const idempotencyRecords = await Promise.all(urls.map(fetch));

    expect(idempotencyRecords).toEqual(
      urls.map((finalUrl) => expect.objectContaining({ bytes: Buffer.from('picture'), finalUrl })),
    );
    expect(origin.mostAtOnce()).toBe(4);
    // Each may be a moment late in being free for the next.
    expect(origin.connections()).toBeLessThanOrEqual(8);
  });
});

describe('downloads that wait', () => {
  test('begin in the order in which they came, one for each that ends', async () => {
    const { fetch, begun, ending } = heldDownloads();
    const polite = politely(fetch, { perHost: 2 });
    const all = [1, 2, 3, 4].map((n) => polite(`http://h/${n}`));

    await settled();
    expect(begun).toEqual(['http://h/1', 'http://h/2']);

    ending('http://h/2')?.end();
    await settled();
    const latecomer = polite('http://h/5');
    await settled();
    expect(begun.slice(2)).toEqual(['http://h/3']);

    ending('http://h/3')?.end();
    ending('http://h/1')?.end();
    await settled();
    expect(begun.slice(3)).toEqual(['http://h/4', 'http://h/5']);

    ending('http://h/4')?.end();
    ending('http://h/5')?.end();
    expect(await Promise.all([...all, latecomer])).toEqual(
      [1, 2, 3, 4, 5].map((n) => `bytes of http://h/${n}`),
    );
  });

  test('begin too when the one before fails, which only its caller hears of', async () => {
    const { fetch, begun, ending } = heldDownloads();
    const polite = politely(fetch, { perHost: 1 });
    const [first, second] = [polite('http://h/1'), polite('http://h/2')];

    ending('http://h/1')?.fail(new Error('busy'));
    await expect(first).rejects.toThrow('busy');
    await settled();
    expect(begun).toEqual(['http://h/1', 'http://h/2']);

    ending('http://h/2')?.end();
    await expect(second).resolves.toBe('bytes of http://h/2');
  });

  test('do not wait for other hosts, nor for other ports', async () => {
    const { fetch, begun } = heldDownloads();
    const polite = politely(fetch, { perHost: 1 });
    const urls = ['http://h/1', 'http://H:80/2', 'http://h:81/3', 'https://h/4', 'http://i/5'];

    for (const url of urls) void polite(url);
    await settled();

    expect(begun).toEqual(['http://h/1', 'http://h:81/3', 'http://i/5']);
  });
});
