import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { anImageView, fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import type { PageRequest } from '#test/support/browser-host.ts';
import { openTouch } from '#test/support/browser-touch.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);
const phone = { viewport: { width: 390, height: 800 }, hasTouch: true } as const;

const Retries = z.object({ action: z.literal('retry'), image_ids: z.array(z.string()) });

const openTile = (page: Page, index: number) =>
  page.getByRole('button', { name: new RegExp(`^Open picture-${index}\\.jpg`) });
const bar = (page: Page) => page.getByRole('toolbar', { name: 'Selected pictures' });
const isSelected = async (page: Page, index: number) =>
  (await page
    .getByRole('checkbox', { name: `Select picture-${index}.jpg`, exact: true })
    .getAttribute('aria-checked')) === 'true';

/** A picture whose thumbnails could not be made. */
const failed = (index: number, reason: string) =>
  anImageView(index, {
    status: 'failed',
    error: reason,
    thumbnails: {},
    srcset: null,
    steps: {
      ...anImageView(index).steps,
      thumbnails: { state: 'failed', reason, attempts: 1, duration_ms: 3 },
    },
  });

describe.skipIf(!chromiumPath)(needsChromium('the selection of the gallery'), () => {
  const gallery = sharePageHost(some);

  it('selects with Ctrl+click, a range with Shift+click, all with Ctrl+A, and none with Esc', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    await openTile(page, 3).click({ modifiers: ['Control'] });
    await bar(page).getByText('1 selected').waitFor();
    await openTile(page, 6).click({ modifiers: ['Shift'] });
    await bar(page).getByText('4 selected').waitFor();
    expect(await isSelected(page, 5)).toBe(true);
    // While there is a selection, a click changes it, and opens nothing.
    await openTile(page, 5).click();
    await bar(page).getByText('3 selected').waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await page.keyboard.press('Control+a');
    await bar(page).getByText('42 selected').waitFor();
    await page.keyboard.press('Escape');
    await bar(page).waitFor({ state: 'detached' });
    await openTile(page, 3).click();
    await page.getByRole('dialog', { name: 'picture-3.jpg' }).waitFor();
    await close();
  });

  it('extends a selection with Shift and the arrow keys, and deletes it with undo', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    await openTile(page, 3).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await bar(page).getByText('3 selected').waitFor();
    await page.keyboard.press('Delete');
    await page.getByText('Deleted 3 pictures.').waitFor();
    await openTile(page, 4).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await openTile(page, 4).waitFor();
    await close();
  });

  it('selects by a long press on a phone, and not by a scroll', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage(phone);
    await page.goto(gallery.host.url);
    await openTile(page, 3).waitFor();
    const touch = await openTouch(page);
    await touch.hold(openTile(page, 3), () => bar(page).getByText('1 selected').waitFor());
    await openTile(page, 4).tap();
    await bar(page).getByText('2 selected').waitFor();

    const finger = (y: number) => [{ x: 200, y }];
    await touch.drag(finger(600), finger(500), finger(300), finger(200));
    await expect.poll(() => page.evaluate<number>('scrollY')).toBeGreaterThan(100);
    await bar(page).getByText('2 selected').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await close();
  });

  it('downloads the selection as a zip of JPEG copies, and copies its links', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage({
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    // A test cannot answer the browser's dialog for saving a file.
    await page.addInitScript('delete window.showSaveFilePicker');
    await page.goto(gallery.host.url);
    await openTile(page, 3).click({ modifiers: ['Control'] });
    await openTile(page, 4).click();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      bar(page).getByRole('button', { name: 'Download as JPEG' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('darkroom-copies.zip');
    const files = unzipSync(await readFile(await download.path()));
    expect(Object.keys(files)).toEqual(['picture-3.jpg', 'picture-4.jpg']);
    for (const bytes of Object.values(files)) expect([...bytes.slice(0, 2)]).toEqual([0xff, 0xd8]);

    await bar(page).getByRole('button', { name: 'Copy links' }).click();
    await page.getByText('Copied 2 links.').waitFor();
    const links = (await page.evaluate<string>('navigator.clipboard.readText()')).split('\n');
    expect(links).toEqual(
      [3, 4].map((index) => `${gallery.host.url}i/${fakeImageId(index)}/w160?v=1`),
    );
    await close();
  });

  it('groups failed pictures by reason, selects and retries a group', async () => {
    const pictures = [
      failed(1, 'The file is truncated.'),
      failed(2, 'The file is truncated.'),
      failed(3, 'The worker ran out of memory.'),
    ];
    const retried: string[] = [];
    gallery.host.answerWith((request: PageRequest) => {
      if (request.path === 'api/images') return { data: pictures };
      if (request.path !== 'api/images/actions') return some(request);
      const ids = Retries.parse(request.json).image_ids;
      retried.push(...ids);
      return { data: ids.map((id) => ({ image_id: id, status: 202, error: null })) };
    });
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: /^Failed/ }).click();
    const reasons = page.getByRole('region', { name: 'Reasons' });
    await reasons.getByRole('listitem').first().getByText('The file is truncated.').waitFor();
    await page.locator('.tile').getByText('The worker ran out of memory.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await reasons
      .getByRole('button', { name: 'Select 2 pictures: The file is truncated.' })
      .click();
    await bar(page).getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Retrying 2 pictures.').waitFor();
    expect(retried.sort()).toEqual([fakeImageId(1), fakeImageId(2)].sort());
    await close();
  });

  it('retries and deletes all failed pictures, also those that were not loaded', async () => {
    const all = Array.from({ length: 250 }, (_, index) => failed(index, 'The file is truncated.'));
    const retried = new Set<string>();
    gallery.host.answerWith(({ path, query, json, ...rest }: PageRequest) => {
      if (path === 'api/images') {
        const from = Number(query.get('cursor') ?? 0);
        const end = from + Number(query.get('limit'));
        return { data: all.slice(from, end), next: end < all.length ? String(end) : null };
      }
      if (path !== 'api/images/actions') return some({ path, query, json, ...rest });
      const ids = Retries.parse(json).image_ids;
      for (const id of ids) retried.add(id);
      return { data: ids.map((id) => ({ image_id: id, status: 202, error: null })) };
    });
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#pictures?status=failed`);
    await page.getByRole('button', { name: 'Retry all failed pictures' }).click();
    await page.getByText('Retrying 250 pictures.').waitFor();
    expect(retried.size).toBe(250);
    await page.getByRole('button', { name: 'Delete 250 failed pictures' }).click();
    await page.getByText('Deleted 250 pictures.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await openTile(page, 1).waitFor();
    await close();
  });
});
