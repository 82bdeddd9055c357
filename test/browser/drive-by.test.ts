import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type Client, createClient } from '#test/e2e/client.ts';
import { chromiumPath, needsChromium, openBrowser, openPage } from '#test/support/browser.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';

const host = 'evil.example';

/** Some page that a person opens while a Darkroom without a key runs on the machine. */
const startEvilPage = async () => {
  const server = createServer((_, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Evil</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};

type Attempt = { url: string; method: string; type?: string; body?: string };

/** What a page may send: readable, and blindly, as a form does. */
const tryAll = (attempts: readonly Attempt[]) => `Promise.all(
  ${JSON.stringify(attempts)}.flatMap(({ url, method, type, body }) =>
    ['cors', 'no-cors'].map(async (mode) => {
      const headers = type ? { 'content-type': type } : {};
      try {
        const response = await fetch(url, { method, mode, headers, body });
        return method + ' ' + url + ': ' + response.type + ' ' + response.status;
      } catch {
        return 'not sent, or not readable';
      }
    }),
  ),
)`;

const form = (name: string, type: string, contents: string) =>
  `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n${contents}\r\n--x--\r\n`;

describe.runIf(chromiumPath)(needsChromium('a page of another origin, and no API key'), () => {
  const { open } = inject('galleries');
  let browser: Browser;
  let darkroom: Client;
  let page: Awaited<ReturnType<typeof startEvilPage>>;
  beforeAll(async () => {
    [browser, page] = await Promise.all([openBrowser({ [host]: '127.0.0.1' }), startEvilPage()]);
    darkroom = createClient(open);
  });
  afterAll(() => Promise.all([browser.close(), page.stop()]));

  const emulators = ['S3', 'SQS', 'DYNAMODB'].map(
    (service) => open.env[`AWS_ENDPOINT_URL_${service}`] ?? '',
  );
  /** Everything that a request could have changed. */
  const look = async () => ({
    stats: await darkroom.stats(),
    batches: (await darkroom.json('/api/batches')).data,
    edits: Object((await darkroom.json('/api/cache')).data).count,
    images: (await darkroom.json('/api/images?limit=100')).data,
  });

  it('reads and changes nothing on any port', async () => {
    const bytes = await drawnJpeg({ width: 200, height: 150, seed: 990 });
    const { image_id } = await darkroom.uploadOne({ name: 'private.jpg', bytes });
    await darkroom.ended(image_id);
    const before = await look();
    const [s3 = '', sqs = '', dynamodb = ''] = emulators;
    const api = `${open.baseUrl}/api`;
    const multipart = 'multipart/form-data; boundary=x';
    const queue = JSON.stringify({
      QueueUrl: await darkroom.queueUrl('object-created'),
      MessageBody: 'evil',
    });
    const attempts: Attempt[] = [
      { url: `${api}/images`, method: 'GET' },
      { url: `${api}/images/${image_id}/original`, method: 'GET' },
      { url: `${api}/images/${image_id}`, method: 'DELETE' },
      { url: `${api}/images/${image_id}/retry`, method: 'POST', type: 'text/plain', body: '{}' },
      { url: `${api}/processes`, method: 'POST', type: 'text/plain', body: '{}' },
      {
        url: `${api}/images`,
        method: 'POST',
        type: multipart,
        body: form('a.jpg', 'image/jpeg', 'x'),
      },
      {
        url: `${api}/batches`,
        method: 'POST',
        type: multipart,
        body: form(
          'a.csv',
          'text/csv',
          'S. No.,Product Name,Input Image Urls\n1,A,http://a.example/a.jpg',
        ),
      },
      { url: `${s3}/darkroom-dev-originals`, method: 'GET' },
      {
        url: `${s3}/darkroom-dev-originals/evil.jpg`,
        method: 'PUT',
        type: 'text/plain',
        body: 'x',
      },
      { url: `${sqs}/?Action=SendMessage`, method: 'POST', type: 'text/plain', body: queue },
      {
        url: dynamodb,
        method: 'POST',
        type: 'text/plain',
        body: '{"TableName":"darkroom-dev-images"}',
      },
    ];

    const opened = await openPage(browser);
    await opened.page.goto(page.url);
    const results = z.array(z.string()).parse(await opened.page.evaluate(tryAll(attempts)));
    await opened.close();

    expect(results).toHaveLength(2 * attempts.length);
    // "opaque" is a response that the page cannot look into.
    for (const result of results)
      expect(result).toMatch(/^not sent, or not readable$|: opaque 0$|: (cors|basic) 403$/);
    expect(await look()).toEqual(before);
  });

  it('is refused by every port when its own name points to this machine', async () => {
    const opened = await openPage(browser);
    for (const url of [open.baseUrl, ...emulators]) {
      const rebound = new URL(url);
      rebound.hostname = host;
      const response = await opened.page.goto(rebound.href);
      expect(response?.status(), rebound.href).toBe(403);
    }
    const api = new URL('/api/images', open.baseUrl);
    api.hostname = host;
    expect((await opened.page.goto(api.href))?.status()).toBe(403);
    await opened.close();
  });
});
