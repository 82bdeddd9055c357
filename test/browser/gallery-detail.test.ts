import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { anImageView, fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import type { PageRequest } from '#test/support/browser-host.ts';
import { openTouch } from '#test/support/browser-touch.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);

/** Pictures whose copies have six widths. */
const withWidths = (request: PageRequest) => {
  const view = (index: number) => {
    const id = fakeImageId(index);
    const srcset = [160, 320, 640, 1280, 1920, 3840]
      .map((width) => `http://elsewhere.example/i/${id}/w${width}?v=1 ${width}w`)
      .join(', ');
    return anImageView(index, { srcset, caption: 'A lake ["quiet"] & hills' });
  };
  const index = [3, 4, 5].find((each) => request.path === `api/images/${fakeImageId(each)}`);
  if (index !== undefined) return { data: view(index) };
  if (request.path.endsWith('/original'))
    return { data: { url: `/i/${request.path.split('/')[2]}/w160`, expires_at: '' } };
  return request.path === 'api/images' ? { data: [3, 4, 5].map(view) } : some(request);
};

const scale = (page: Page) => page.locator('.zoom-scale').textContent();
const recordPresets = (page: Page) => {
  const presets: string[] = [];
  page.on('request', (request) => {
    const [, id, preset] = /\/i\/([^/]+)\/(\w+)/.exec(request.url()) ?? [];
    if (id && preset) presets.push(`${id} ${preset}`);
  });
  return presets;
};

describe.skipIf(!chromiumPath)(needsChromium('an open picture'), () => {
  const gallery = sharePageHost(withWidths);

  it('zooms by keyboard, wheel, double click and buttons, and loads larger copies then', async () => {
    const { page, close } = await gallery.openPage();
    const presets = recordPresets(page);
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    await page.locator('dialog shown-picture.is-sharp').waitFor();
    expect(await scale(page)).toBe('100 %');
    expect(presets).not.toContain(`${fakeImageId(4)} w3840`);

    for (let presses = 0; presses < 4; presses++) await page.keyboard.press('+');
    await expect.poll(() => scale(page)).toBe('506 %');
    await expect.poll(() => presets).toContain(`${fakeImageId(4)} w3840`);
    await page.keyboard.press('0');
    await expect.poll(() => scale(page)).toBe('100 %');

    await page.mouse.move(400, 400);
    await page.mouse.wheel(0, -100);
    await expect.poll(() => scale(page)).toBe('150 %');
    await page.mouse.dblclick(400, 400);
    await expect.poll(() => scale(page)).toBe('100 %');
    await page.mouse.dblclick(400, 400);
    await expect.poll(() => scale(page)).toBe('300 %');
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(() => scale(page)).toBe('200 %');
    expect(await seriousFaults(page)).toEqual([]);

    // The next picture begins unzoomed.
    await page.getByRole('button', { name: 'Show the next picture' }).click();
    await page.getByRole('dialog', { name: 'picture-5.jpg' }).waitFor();
    await expect.poll(() => scale(page)).toBe('100 %');
    await close();
  });

  it('loads its neighbours before they are shown', async () => {
    const { page, close } = await gallery.openPage();
    const presets = recordPresets(page);
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    await page.locator('dialog shown-picture.is-sharp').waitFor();
    const ids = () => presets.map((each) => each.split(' ').join('/'));
    await expect.poll(ids).toContain(`${fakeImageId(3)}/w1280`);
    await expect.poll(ids).toContain(`${fakeImageId(5)}/w1280`);
    await close();
  });

  it('shows another picture by a swipe, zooms by a pinch, and pans then', async () => {
    const phone = { viewport: { width: 390, height: 800 }, hasTouch: true };
    const { page, close } = await gallery.openPage(phone);
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    const figure = page.locator('.detail-picture');
    await page.locator('dialog shown-picture.is-sharp').waitFor();
    const touch = await openTouch(page);
    await touch.swipe(figure, -200);
    await page.getByRole('dialog', { name: 'picture-5.jpg' }).waitFor();
    await touch.pinch(figure, 100, 200);
    await expect.poll(() => scale(page)).toBe('200 %');
    // A drag moves the zoomed picture, and shows no other one.
    const offset = () => figure.locator('shown-picture').getAttribute('style');
    const before = await offset();
    await touch.swipe(figure, 200);
    await expect.poll(offset).not.toBe(before);
    expect(await page.getByRole('dialog', { name: 'picture-5.jpg' }).count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    await close();
  });

  it('copies a link, Markdown and an <img> that work without a key', async () => {
    const { page, close } = await gallery.openPage({
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    const copied = async (name: string) => {
      await page.getByRole('button', { name: `Copy as ${name}`, exact: true }).click();
      await page
        .getByText(/^Copied 1/)
        .last()
        .waitFor();
      return page.evaluate<string>('navigator.clipboard.readText()');
    };
    const url = `${gallery.host.url}i/${fakeImageId(4)}/w3840?v=1`;
    expect(await copied('link')).toBe(url);
    await expect.poll(() => copied('Markdown')).toBe(`![A lake \\["quiet"\\] & hills](${url})`);
    await expect
      .poll(() => copied('<img>'))
      .toContain('alt="A lake [&#34;quiet&#34;] &#38; hills"');
    expect(await copied('<img>')).toContain(`${gallery.host.url}i/${fakeImageId(4)}/w160?v=1 160w`);
    await close();
  });

  it('shows times in the locale and zone of the reader, and copies coordinates', async () => {
    const { page, close } = await gallery.openPage({
      locale: 'de-DE',
      timezoneId: 'Asia/Tokyo',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    await page.getByRole('row', { name: 'Uploaded 20.11.2026, 19:00' }).waitFor();
    // The clock of the camera is not shifted.
    await page.getByRole('row', { name: 'Taken 09.02.2017, 19:51:38 (UTC+01:00)' }).waitFor();
    await page.getByRole('button', { name: 'Copy coordinates' }).click();
    await page.getByText('Copied the coordinates.').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).toBe('-33.858300, -70.510000');
    await close();
  });

  it('fills the screen by a key, and leaves it by the same', async () => {
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    await page.locator('dialog shown-picture.is-sharp').waitFor();
    const isFull = () => page.evaluate('document.fullscreenElement !== null');
    await page.keyboard.press('f');
    await expect.poll(isFull).toBe(true);
    await page.keyboard.press('f');
    await expect.poll(isFull).toBe(false);
    await close();
  });

  it('downloads the original under its own name', async () => {
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(4)}`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('picture-4.jpg');
    await close();
  });
});
