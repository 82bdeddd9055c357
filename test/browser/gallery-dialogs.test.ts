import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const looks = {
  'dark, wide': { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  'light, on a phone': { colorScheme: 'light', viewport: { width: 390, height: 800 } },
} as const;

const settings = (page: Page) => page.getByRole('dialog', { name: 'Settings' });
const shortcuts = (page: Page) => page.getByRole('dialog', { name: 'Keyboard shortcuts' });

describe.skipIf(!chromiumPath)(needsChromium('the dialogs of the gallery'), () => {
  const gallery = sharePageHost(fakeApi(42));

  it.each(Object.entries(looks))(
    'list the shortcuts on pressing ?, over an open picture too: %s',
    async (_, look) => {
      const { page, close } = await gallery.openPage(look);
      await page.goto(gallery.host.url);
      await page.locator('.tile').first().waitFor();
      await page.keyboard.press('?');
      await shortcuts(page).getByText('Select all that are loaded').waitFor();
      expect(await seriousFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await shortcuts(page).waitFor({ state: 'detached' });

      await page.goto(`${gallery.host.url}#pictures/${fakeImageId(3)}`);
      await page.getByRole('dialog', { name: 'picture-3.jpg' }).waitFor();
      await page.keyboard.press('?');
      await shortcuts(page).waitFor();
      await page.keyboard.press('Escape');
      await shortcuts(page).waitFor({ state: 'detached' });
      await page.getByRole('dialog', { name: 'picture-3.jpg' }).waitFor();
      await close();
    },
  );

  it.each(Object.entries(looks))('set the theme and the size of pictures: %s', async (_, look) => {
    const { page, close } = await gallery.openPage(look);
    await page.goto(gallery.host.url);
    const open = page.getByRole('button', { name: 'Settings' });
    await open.click();
    expect(await seriousFaults(page)).toEqual([]);
    const other = look.colorScheme === 'dark' ? 'light' : 'dark';
    const shown = () => page.evaluate('getComputedStyle(document.documentElement).colorScheme');
    await settings(page).getByRole('radio', { name: other }).check();
    await expect.poll(shown).toBe(other);
    expect(await seriousFaults(page)).toEqual([]);
    await settings(page).getByRole('radio', { name: 'large' }).check();
    await page.keyboard.press('Escape');
    await settings(page).waitFor({ state: 'detached' });
    const focused = () => page.evaluate('document.activeElement.ariaLabel');
    await expect.poll(focused).toBe('Settings');

    await page.reload();
    await expect.poll(shown).toBe(other);
    await page.getByRole('button', { name: 'Show large pictures', pressed: true }).waitFor();
    await open.click();
    await settings(page).getByRole('radio', { name: 'system' }).check();
    await expect.poll(shown).toBe('light dark');
    await close();
  });

  it('can remove the API key of the tab', async () => {
    const { page, close } = await gallery.openPage();
    await page.addInitScript(
      "if (!sessionStorage.getItem('seen')) sessionStorage.setItem('darkroom-api-key', 'a-key'); sessionStorage.setItem('seen', '1')",
    );
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: 'Settings' }).click();
    await settings(page).getByRole('button', { name: 'Remove the key' }).click();
    await settings(page).waitFor({ state: 'detached' });
    expect(await page.evaluate("sessionStorage.getItem('darkroom-api-key')")).toBeNull();
    await page.getByRole('button', { name: 'Settings' }).click();
    await settings(page).getByText('None is stored.').waitFor();
    await close();
  });
});
