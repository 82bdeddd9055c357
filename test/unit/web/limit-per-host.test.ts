import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitPerHost } from '#lib/web/limit-per-host.ts';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';

/** Downloads that the test ends one by one. */
const controlledDownloads = () => {
  const started: string[] = [];
  const endings = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const fetch = (url: string) => {
    started.push(url);
    return new Promise<string>((resolve, fail) => {
      endings.set(url, { end: () => resolve(`bytes of ${url}`), fail });
    });
  };
  return { fetch, started, ending: (url: string) => endings.get(url) };
};
const nextTick = () => new Promise((resume) => setImmediate(resume));

describe('the limit of downloads per host', () => {
  let origin: FetchOrigin;
  beforeAll(async () => {
    origin = await startFetchOrigin({ pictures: { '/a.jpg': Buffer.from('picture') } });
  });
  afterAll(() => origin.stop());

  test('lets four run at once and completes all', async () => {
    const options = { allowHosts: [origin.host], maxBytes: 1000, timeoutMs: 5000 };
    const fetch = limitPerHost(publicFetch(options), { maxPerHost: 4 });
    const urls = Array.from({ length: 20 }, (_, n) => `${origin.url}/slow?ms=10&n=${n}`);

    const idempotencyRecords = await Promise.all(urls.map(fetch));

    expect(idempotencyRecords).toEqual(
      urls.map((finalUrl) => expect.objectContaining({ bytes: Buffer.from('picture'), finalUrl })),
    );
    expect(origin.maxOpen()).toBe(4);
    // A connection may be released a moment after its download ends.
    expect(origin.connections()).toBeLessThanOrEqual(8);
  });
});

describe('waiting downloads', () => {
  test('start in order, one for each that ends', async () => {
    const { fetch, started, ending } = controlledDownloads();
    const limited = limitPerHost(fetch, { maxPerHost: 2 });
    const all = [1, 2, 3, 4].map((n) => limited(`http://h/${n}`));

    await nextTick();
    expect(started).toEqual(['http://h/1', 'http://h/2']);

    ending('http://h/2')?.end();
    await nextTick();
    const later = limited('http://h/5');
    await nextTick();
    expect(started.slice(2)).toEqual(['http://h/3']);

    ending('http://h/3')?.end();
    ending('http://h/1')?.end();
    await nextTick();
    expect(started.slice(3)).toEqual(['http://h/4', 'http://h/5']);

    ending('http://h/4')?.end();
    ending('http://h/5')?.end();
    expect(await Promise.all([...all, later])).toEqual(
      [1, 2, 3, 4, 5].map((n) => `bytes of http://h/${n}`),
    );
  });

  test('start when the one before fails, and only its caller sees the error', async () => {
    const { fetch, started, ending } = controlledDownloads();
    const limited = limitPerHost(fetch, { maxPerHost: 1 });
    const [first, second] = [limited('http://h/1'), limited('http://h/2')];

    ending('http://h/1')?.fail(new Error('busy'));
    await expect(first).rejects.toThrow('busy');
    await nextTick();
    expect(started).toEqual(['http://h/1', 'http://h/2']);

    ending('http://h/2')?.end();
    await expect(second).resolves.toBe('bytes of http://h/2');
  });

  test('do not wait for other hosts or ports', async () => {
    const { fetch, started } = controlledDownloads();
    const limited = limitPerHost(fetch, { maxPerHost: 1 });
    const urls = ['http://h/1', 'http://H:80/2', 'http://h:81/3', 'https://h/4', 'http://i/5'];

    for (const url of urls) void limited(url);
    await nextTick();

    expect(started).toEqual(['http://h/1', 'http://h:81/3', 'http://i/5']);
  });
});
