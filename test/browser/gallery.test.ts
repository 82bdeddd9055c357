import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createClient } from '#test/e2e/client.ts';
import {
  chromiumPath,
  dropFiles,
  needsChromium,
  type OpenedPage,
  openBrowser,
  openPage,
  seriousFaults,
} from '#test/support/browser.ts';
import { watchNewsRequests } from '#test/support/browser-news.ts';
import { startPrefixProxy } from '#test/support/browser-proxy.ts';
import { drawnJpeg, phoneExif } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { key } from './stack.ts';

const count = 30;

const aDrop = (batch: string) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => ({
      name: `${batch}-${index}.jpg`,
      type: 'image/jpeg',
      bytes: await drawnJpeg({
        width: index % 2 ? 240 : 160,
        height: 180,
        seed: 9000 + index + batch.length * 100,
        exif: phoneExif,
      }),
    })),
  );

const opened = (page: Page, name: string) => page.getByRole('button', { name: `Open ${name}` });
/** By the server's copies, of those in the page: far ones are drawn only when they are scrolled to. */
const sharp = (page: Page, batch: string) =>
  page
    .locator(
      `.tile:has(.name[title^="${batch}-"]) shown-picture.is-sharp:not(:has([src^="blob:"]))`,
    )
    .count();

describe.skipIf(!chromiumPath)(needsChromium('the gallery on a running stack'), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const quietAndAlone = ({ complaints, origins }: OpenedPage, allowed: readonly string[]) => {
    expect(complaints()).toEqual([]);
    for (const origin of origins()) expect(allowed).toContain(origin);
  };

  it('takes a drop of 30 pictures, shows, opens, filters, deletes and undoes', async () => {
    const { baseUrl, env } = inject('galleries').open;
    const client = createClient({ baseUrl, env });
    const before = await client.stats();
    const gallery = await openPage(browser, { viewport: { width: 1600, height: 1400 } });
    const { page } = gallery;
    await page.goto(`${baseUrl}/`);
    // Another tab follows by one long poll at a time, not by a request for each picture.
    const other = await openPage(browser, { viewport: { width: 1600, height: 1400 } });
    const requests = watchNewsRequests(other.page);
    await other.page.goto(`${baseUrl}/`);
    await eventually(() => expect(requests.events()).toBeGreaterThan(1));
    await dropFiles(page, await aDrop('walk'));

    await page.getByText('30 pictures uploaded').waitFor();
    await eventually(async () => expect(await sharp(page, 'walk')).toBe(count), { within: 40_000 });
    expect(await seriousFaults(page)).toEqual([]);
    await eventually(async () => expect(await sharp(other.page, 'walk')).toBe(count), {
      within: 20_000,
    });
    const all = other.page.getByRole('button', { name: `All ${before.total + count}` });
    await all.waitFor();
    expect(requests.max()).toBe(1);
    expect(requests.pictures()).toBe(0);
    await other.close();
    await page.getByRole('button', { name: 'Close the list of uploads' }).click();

    await opened(page, 'walk-7.jpg').click();
    const dialog = page.getByRole('dialog', { name: 'walk-7.jpg' });
    await dialog.getByRole('row', { name: 'Camera Darkroom Drawn One' }).waitFor();
    await dialog.getByRole('img', { name: /a dot at 33\.8583° S, 70\.5100° W/ }).waitFor();
    const map = dialog.getByRole('link', { name: /33\.8583° S, 70\.5100° W/ });
    expect(await map.getAttribute('href')).toContain('mlat=-33.858');
    await dialog.locator('shown-picture.is-sharp').waitFor();

    await dialog.getByRole('button', { name: 'Add a caption' }).click();
    await dialog.getByRole('textbox', { name: 'Caption' }).fill('A walk by the sea');
    await page.keyboard.press('Control+Enter');
    await dialog.getByText('Written by a person').waitFor();
    await dialog.getByRole('button', { name: 'Focal point' }).click();
    await dialog.locator('.detail-picture shown-picture').click({ position: { x: 1, y: 1 } });
    await dialog.getByRole('slider', { name: 'From the left' }).press('ArrowRight');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('row', { name: /Focal point \d % from the left, 0 % from/ }).waitFor();
    await page.reload();
    await dialog.getByText('A walk by the sea').waitFor();
    expect(page.url()).toMatch(/#pictures\/[a-z2-7]{26}$/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    // Undone, it stays; the counters of the API say that nothing was sent.
    await opened(page, 'walk-8.jpg').focus();
    await page.keyboard.press('Delete');
    await opened(page, 'walk-8.jpg').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await opened(page, 'walk-8.jpg').waitFor();
    expect((await client.stats()).total).toBe(before.total + count);

    await page.getByRole('button', { name: /^Failed/ }).click();
    await opened(page, 'walk-8.jpg').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Done/ }).click();
    await opened(page, 'walk-8.jpg').waitFor();

    // Who leaves the page within the grace has deleted.
    await opened(page, 'walk-9.jpg').focus();
    await page.keyboard.press('Delete');
    await opened(page, 'walk-9.jpg').waitFor({ state: 'detached' });
    await page.goto('about:blank');
    await eventually(async () =>
      expect((await client.stats()).total).toBe(before.total + count - 1),
    );

    quietAndAlone(gallery, [baseUrl, new URL(env['AWS_ENDPOINT_URL_S3'] ?? baseUrl).origin]);
    await gallery.close();
  });

  describe('below a prefix and behind a key', () => {
    const stack = inject('galleries').closed;
    let proxy: Awaited<ReturnType<typeof startPrefixProxy>>;
    beforeAll(async () => {
      proxy = await startPrefixProxy(stack.baseUrl, '/team/photos');
    });
    afterAll(() => proxy?.stop());

    it('prompts for the key, stores it for the tab, and sends it with every request', async () => {
      const gallery = await openPage(browser, { viewport: { width: 1600, height: 1400 } });
      const { page } = gallery;
      await page.goto(proxy.url);
      const asking = page.getByRole('dialog', { name: 'This Darkroom is protected' });
      await asking.getByLabel('API key').fill('not it');
      await asking.getByRole('button', { name: 'Open' }).click();
      await asking.getByText('That key was not accepted.').waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      await asking.getByLabel('API key').fill(key);
      await asking.getByRole('button', { name: 'Open' }).click();
      await asking.waitFor({ state: 'detached' });

      await dropFiles(page, await aDrop('closed'));
      await eventually(async () => expect(await sharp(page, 'closed')).toBe(count), {
        within: 40_000,
      });
      await opened(page, 'closed-3.jpg').click();
      await page.locator('dialog shown-picture.is-sharp').waitFor();
      await page.reload();
      await page.locator('dialog shown-picture.is-sharp').waitFor();

      // A browser reports each 403 by itself; there is nothing else.
      const others = gallery.complaints().filter((text) => !text.includes('status of 403'));
      expect(others).toEqual([]);
      const store = new URL(stack.env['AWS_ENDPOINT_URL_S3'] ?? '').origin;
      expect(gallery.origins()).toEqual([new URL(proxy.url).origin, store].sort());
      await gallery.close();
    });
  });
});
