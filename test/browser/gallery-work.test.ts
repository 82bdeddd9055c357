import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  chromiumPath,
  dropFiles,
  needsChromium,
  type OpenedPage,
  openBrowser,
  openPage,
  seriousFaults,
} from '#test/support/browser.ts';
import { startPrefixProxy } from '#test/support/browser-proxy.ts';
import { openTouch } from '#test/support/browser-touch.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { type EditServer, startEditServer } from '#test/support/edit-server.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FetchOrigin, startFetchOrigin } from '#test/support/fetch-origin.ts';
import { startWebhookReceiver, type WebhookReceiver } from '#test/support/webhook-receiver.ts';
import { key } from './stack.ts';

const places = [
  { place: 'open, at the root', key: undefined, prefix: undefined },
  { place: 'closed, below a prefix', key, prefix: '/team/photos' },
] as const;

describe.skipIf(!chromiumPath).each(places)(needsChromium('the gallery at work, $place'), (at) => {
  let browser: Browser;
  const { ports, ...galleries } = inject('galleries');
  const stack = at.key ? galleries.closed : galleries.open;
  let provider: EditServer;
  let origin: FetchOrigin;
  let receiver: WebhookReceiver;
  let proxy: Awaited<ReturnType<typeof startPrefixProxy>> | undefined;
  beforeAll(async () => {
    provider = await startEditServer({ port: ports.edits });
    origin = await startFetchOrigin({
      port: ports.origin,
      pictures: {
        '/mug.jpg': await drawnJpeg({ seed: 811 }),
        '/apron.jpg': await drawnJpeg({ seed: 812, width: 300, height: 400 }),
      },
    });
    receiver = await startWebhookReceiver({ port: ports.receiver });
    proxy = at.prefix && (await startPrefixProxy(stack.baseUrl, at.prefix));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.stop();
    await Promise.all([provider?.stop(), origin?.stop(), receiver?.stop()]);
  });

  const address = () => proxy?.url ?? `${stack.baseUrl}/`;

  const enter = async (page: Page) => {
    await page.goto(address());
    if (!at.key) return;
    await page.getByLabel('API key').fill(at.key);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
  };

  const expectQuietAndAlone = ({ complaints, origins }: OpenedPage) => {
    // A browser reports by itself that the first answers were 403.
    const others = complaints().filter((text) => !at.key || !text.includes('status of 403'));
    expect(others).toEqual([]);
    const known = [new URL(address()).origin, stack.env['AWS_ENDPOINT_URL_S3']];
    for (const each of origins()) expect(known).toContain(each);
  };

  it('checks a CSV, starts its batch, follows it, and downloads the results', async () => {
    const gallery = await openPage(browser);
    const { page } = gallery;
    await enter(page);
    const createCsv = (...rows: string[]) =>
      Buffer.from(['S. No.,Product Name,Input Image Urls', ...rows].join('\n'));
    const drop = (name: string, bytes: Buffer) =>
      dropFiles(page, [{ name, type: 'text/csv', bytes }]);

    await drop('faulty.csv', createCsv(`1,Mug,${origin.url}/mug.jpg`, '2,Apron,nowhere'));
    await page.getByText(/error to fix before it can start/).waitFor();
    expect(await page.getByRole('button', { name: 'Start the batch' }).count()).toBe(0);

    await drop(
      'catalogue.csv',
      createCsv(
        `1,Mug,${origin.url}/mug.jpg`,
        `2,Apron,"${origin.url}/apron.jpg,${origin.url}/status/404"`,
      ),
    );
    await page.getByText('2 products with 3 pictures: no errors.').waitFor();
    await page.getByLabel('Webhook to notify when it ends').fill(receiver.url);
    await page.getByRole('button', { name: 'Start the batch' }).click();
    await page.getByRole('heading', { name: 'catalogue.csv' }).waitFor();
    await page.getByText('completed with errors').first().waitFor();
    await page.getByText(/404/).first().waitFor();
    await page.getByRole('cell', { name: '204' }).waitFor();
    const outcomes = page.locator('.outcome shown-picture.is-sharp');
    await eventually(async () => expect(await outcomes.count()).toBe(2), { within: 40_000 });
    expect(await seriousFaults(page)).toEqual([]);

    const downloads = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ]);
      return readFile(await download.path(), 'utf8');
    };
    expect(await downloads('Download the results')).toContain('Output Image Urls');
    const failed = await downloads('Download the failed rows');
    expect(failed).toContain('Apron');
    expect(failed).not.toContain('Mug');

    const calls = receiver.calls.length;
    await page.getByRole('button', { name: 'Deliver again' }).click();
    await eventually(() => expect(receiver.calls.length).toBeGreaterThan(calls));

    expectQuietAndAlone(gallery);
    await gallery.close();
  });

  it('can be used on a phone, by touch: selects, downloads, opens, swipes and zooms', async () => {
    const phone = { viewport: { width: 390, height: 800 }, hasTouch: true };
    const gallery = await openPage(browser, phone);
    const { page } = gallery;
    // A test cannot answer the browser's dialog for saving a file.
    await page.addInitScript('delete window.showSaveFilePicker');
    await enter(page);
    const names = ['one.jpg', 'two.jpg'];
    const files = await Promise.all(
      names.map(async (name, at) => ({
        name: `touched-${name}`,
        type: 'image/jpeg',
        bytes: await drawnJpeg({ seed: 820 + at, width: 320, height: 240 }),
      })),
    );
    await dropFiles(page, files);
    const tile = (name: string) =>
      page.getByRole('button', { name: `Open touched-${name}`, exact: true });
    for (const name of names) await tile(name).waitFor({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Close the list of uploads' }).tap();

    const touch = await openTouch(page);
    const bar = page.getByRole('toolbar', { name: 'Selected pictures' });
    await touch.hold(tile('one.jpg'), () => bar.getByText('1 selected').waitFor());
    await tile('two.jpg').tap();
    await bar.getByText('2 selected').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      bar.getByRole('button', { name: 'Download', exact: true }).tap(),
    ]);
    const zip = unzipSync(await readFile(await download.path()));
    for (const { name, bytes } of files)
      expect(bytes.equals(zip[name] ?? new Uint8Array()), name).toBe(true);
    await bar.getByRole('button', { name: 'Clear the selection' }).tap();

    const [first, second] = (await page.locator('.tile .name').allTextContents()).slice(0, 2);
    await page.locator('.tile-button').first().tap();
    await page.getByRole('dialog', { name: first ?? '', exact: true }).waitFor();
    const picture = page.locator('.detail-picture');
    await picture.locator('shown-picture.is-sharp').waitFor();
    await touch.swipe(picture, -200);
    await page.getByRole('dialog', { name: second ?? '', exact: true }).waitFor();
    await touch.pinch(picture, 100, 200);
    await page.locator('.zoom-scale').getByText('200 %').waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    expectQuietAndAlone(gallery);
    await gallery.close();
  });

  it('adds a webhook, tests it, shows its attempts, and deletes it', async () => {
    const gallery = await openPage(browser);
    const { page } = gallery;
    await enter(page);
    await page.getByRole('link', { name: 'Webhooks' }).click();
    const url = `${receiver.url}?from=the-gallery`;
    await page.getByLabel('URL of the receiver').fill(url);
    await page.getByLabel('a picture was deleted').uncheck();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const webhook = page.getByRole('listitem').filter({ hasText: url });
    await webhook.getByText(/^a picture is done, a picture failed, a batch ended/).waitFor();
    await webhook.getByText('No attempt yet.').waitFor();

    await webhook.getByRole('button', { name: /^Send a test/ }).click();
    await webhook.getByRole('cell', { name: '204' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await webhook.getByRole('button', { name: /^Delete/ }).click();
    await webhook.waitFor({ state: 'detached' });
    expectQuietAndAlone(gallery);
    await gallery.close();
  });

  it('edits a selected picture, and shows the result beside its source', async () => {
    const gallery = await openPage(browser);
    const { page } = gallery;
    await enter(page);
    const bytes = await drawnJpeg({ seed: 813, width: 320, height: 240 });
    await dropFiles(page, [{ name: 'meadow.jpg', type: 'image/jpeg', bytes }]);
    await page.getByRole('button', { name: 'Open meadow.jpg', exact: true }).waitFor();
    await page.getByRole('checkbox', { name: 'Select meadow.jpg' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Describe the change').fill('Paint it blue');
    await page.getByRole('button', { name: 'Start the edit' }).click();

    const edit = page.getByRole('listitem').filter({ hasText: 'Paint it blue' });
    await edit.getByText('done', { exact: true }).waitFor({ timeout: 40_000 });
    const pair = edit.locator('figure shown-picture.is-sharp');
    await eventually(async () => expect(await pair.count()).toBe(2), { within: 40_000 });
    expect(await seriousFaults(page)).toEqual([]);
    expect(provider.paidFor('Paint it blue')).toBe(1);

    expectQuietAndAlone(gallery);
    await gallery.close();
  });
});
