import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { createBatchClient } from '#test/e2e/batch-client.ts';
import { createClient } from '#test/e2e/client.ts';
import { chromiumPath, needsChromium, openBrowser, openPage } from '#test/support/browser.ts';
import { drawnJpeg, drawnPng } from '#test/support/drawn-pictures.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { startFetchOrigin } from '#test/support/fetch-origin.ts';
import { key } from './stack.ts';

const Record = z.looseObject({ thumbnails: z.record(z.string(), z.string()), srcset: z.string() });
const Session = z.looseObject({
  init_id: z.string(),
  status: z.string().nullable(),
  result_url: z.string().nullable(),
});

/** A shop's page on another origin, with the strictest cross-origin isolation. */
const startShop = async (html: () => string) => {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    });
    response.end(html());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
};

describe.runIf(chromiumPath)(
  needsChromium('on a page of another origin, with signed links'),
  () => {
    const { closed, ports } = inject('galleries');
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    it('an <img> shows what records, batches and edits link to, a <picture> the source it selects', async () => {
      const pictures = { '/mug.jpg': await drawnJpeg({ width: 900, height: 600, seed: 401 }) };
      const photos = await startFetchOrigin({ port: ports.origin, pictures });
      const provider = await startEditServer({ port: ports.edits });
      let html = '';
      const shop = await startShop(() => html);
      try {
        const target = { baseUrl: closed.baseUrl, env: { ...closed.env, API_KEY: key } };
        const client = createClient(target);
        const post = async (path: string, body: object) =>
          (
            await client.json(path, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(body),
            })
          ).data;
        const uploaded = async (name: string, bytes: Buffer) => {
          const { image_id } = await client.uploadOne({ name, bytes });
          await client.ended(image_id);
          const { data } = await client.json(`/api/images/${image_id}`);
          return { ...Record.parse(data), image_id };
        };
        const photo = await uploaded('a.jpg', await drawnJpeg({ width: 1600, height: 1200 }));
        const logo = await uploaded('b.png', await drawnPng({ transparent: 0.5 }));

        const batches = createBatchClient(target);
        const batch = await batches.start(
          `S. No.,Product Name,Input Image Urls\n1,Mug,${photos.url}/mug.jpg`,
        );
        await batches.batchEnded(batch);
        const { rows } = await batches.results(batch);

        const { init_id } = Session.parse(await post('/api/processes', {}));
        await post(`/api/processes/${init_id}/edits`, {
          source_url: photo.image_id,
          prompt: 'Make it blue.',
        });
        const edited = await eventually(async () => {
          const { data } = await client.json(`/api/processes/${init_id}`);
          const session = Session.parse(data);
          if (session.status !== 'COMPLETED') throw new Error(String(session.status));
          return session.result_url;
        });

        const [path = '', query = ''] = (photo.thumbnails['medium'] ?? '').split('?');
        html = `<!doctype html><body style="background: rgb(0, 200, 0)">
          <img id="record" src="${photo.thumbnails['medium']}">
          <img id="wide" sizes="300px" srcset="${photo.srcset}">
          <img id="logo" src="${logo.thumbnails['medium']}">
          <img id="batch" src="${rows[1]?.[3]}">
          <img id="edit" src="${edited}">
          <picture><source type="image/webp" srcset="${path}.webp?${query}"><img id="picture" src="${path}.jpg?${query}"></picture>
          <img id="altered" src="${photo.thumbnails['medium']}x">
          <div style="width: 9px; height: 9px; background-image: url('${path}?${query}&css=1')"></div>`;
        const { page, close } = await openPage(browser);
        const types = new Map<string, string>();
        page.on('response', (response) => {
          types.set(response.url(), `${response.status()} ${response.headers()['content-type']}`);
        });
        await page.goto(shop.url, { waitUntil: 'load' });
        const shown = z
          .array(z.object({ id: z.string(), width: z.number(), src: z.string() }))
          .parse(
            await page.evaluate(`[...document.images].map(({ id, naturalWidth, currentSrc }) =>
              ({ id, width: naturalWidth, src: currentSrc }))`),
          );
        expect(shown.map(({ id, width, src }) => [id, width, types.get(src)])).toEqual([
          ['record', 800, '200 image/avif'],
          ['wide', expect.closeTo(300, -1), '200 image/avif'],
          ['logo', 640, '200 image/avif'],
          ['batch', 900, '200 image/avif'],
          ['edit', expect.any(Number), '200 image/avif'],
          ['picture', 800, '200 image/webp'],
          ['altered', 0, undefined],
        ]);
        expect(shown.find(({ id }) => id === 'wide')?.src).toContain('/w320?');
        expect(shown.find(({ id }) => id === 'edit')?.width).toBeGreaterThan(0);

        expect(types.get(`${path}?${query}&css=1`)).toBe('200 image/avif');

        const loader = `(${loaderInReadme()})`;
        const loaded = z
          .array(z.string())
          .parse(
            await page.evaluate(
              `[640, 700, 9000].map((width) => ${loader}({ src: ${JSON.stringify(photo.srcset)}, width }))`,
            ),
          );
        expect(loaded.map((url) => /\/(w\d+)\?/.exec(url)?.[1])).toEqual(['w640', 'w800', 'w1600']);

        const seen = await page.screenshot({ clip: await readBox(page, 'logo'), fullPage: true });
        const { data } = await sharp(seen)
          .removeAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect([...data.subarray(0, 3)]).toEqual([0, 200, 0]); // the page shows through
        await close();
      } finally {
        await Promise.all([shop.stop(), photos.stop(), provider.stop()]);
      }
    });
  },
);

const loaderInReadme = (): string => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /export default (function darkroomLoader[\s\S]*?\n\})/.exec(readme) ?? [];
  if (!code) throw new Error('The README has no loader.');
  return code;
};

const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const readBox = async (page: { evaluate(script: string): Promise<unknown> }, id: string) => {
  const box = Box.parse(
    await page.evaluate(`{
      const { x, y, width, height } = document.getElementById('${id}').getBoundingClientRect();
      ({ x: x + scrollX, y: y + scrollY, width, height });
    }`),
  );
  return { ...box, width: 20, height: 20 };
};
