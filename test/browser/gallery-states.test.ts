import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { galleryStates } from '#test/support/browser-states.ts';
import { scrollToTheEnd, taskTimesMs } from '#test/support/browser-trace.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const Actions = z.object({ action: z.literal('delete'), image_ids: z.array(z.string()) });

const some = fakeApi(42);

const looks = [
  { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { colorScheme: 'light', viewport: { width: 390, height: 800 } },
] as const;

describe.skipIf(!chromiumPath)(needsChromium('the gallery in every state'), () => {
  const gallery = sharePageHost(some);

  it.each(Object.entries(galleryStates))(
    'has no serious accessibility violation, dark or light, wide or on a phone: %s',
    async (_name, state) => {
      gallery.host.answerWith(state.api ?? some);
      const opened = await gallery.openPage();
      const { page } = opened;
      await page.goto(`${gallery.host.url}${state.hash ?? ''}`);
      await state.waitUntilShown(page);

      for (const { colorScheme, viewport } of looks) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        expect(await seriousFaults(page), colorScheme).toEqual([]);
        // Nothing may have to be scrolled sideways.
        expect(
          await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          colorScheme,
        ).toBeLessThan(1);
      }
      expect(opened.origins()).toEqual([new URL(gallery.host.url).origin]);
      // The browser itself reports every answer that is not a success.
      const others = opened
        .complaints()
        .filter((text) => !text.includes('Failed to load resource'));
      expect(others).toEqual([]);
      await opened.close();
    },
  );

  it('needs no sideways scrolling at any width', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage({ hasTouch: true });
    const faults: string[] = [];
    for (const hash of ['', '#batches', '#webhooks', `#pictures/${fakeImageId(3)}`]) {
      await page.goto(`${gallery.host.url}${hash}`);
      await page.locator('.tile, .card, .webhook, .facts').first().waitFor();
      for (const width of [320, 375, 640, 701, 768, 834, 901, 961, 1100]) {
        await page.setViewportSize({ width, height: 800 });
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        if (Number(over) > 0) faults.push(`${hash} at ${width} px: by ${over} px`);
      }
    }
    expect(faults).toEqual([]);
    await close();
  });

  it('shows the first sheet of a thousand pictures within a second of work', async () => {
    gallery.host.answerWith(fakeApi(1000));
    const { page, close } = await gallery.openPage();

    const times = await taskTimesMs(gallery.browser, page, async () => {
      await page.goto(gallery.host.url, { waitUntil: 'commit' });
      await page.locator('shown-picture.is-sharp').nth(11).waitFor();
    });

    expect(times.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1000);
    await close();
  });

  // npm run bench -- --only scroll does the same with ten thousand.
  it('scrolls a thousand pictures without frames over 100 ms', async () => {
    gallery.host.answerWith(fakeApi(1000));
    const { page, close } = await gallery.openPage({ reducedMotion: 'no-preference' });
    await page.goto(gallery.host.url);
    await page.locator('shown-picture.is-sharp').first().waitFor();

    const times = await taskTimesMs(gallery.browser, page, () => page.evaluate(scrollToTheEnd));

    // One or two may meet the collector of garbage. What is slow in itself is slow again with each
    // of the pages that are loaded on the way.
    expect(times[2]).toBeLessThan(100);
    expect(await page.locator('.sheet-end').textContent()).toBe('1,000 pictures');
    expect(await page.locator('.tile').count()).toBeLessThan(150);
    await close();
  });

  /** Answers as usual; what was deleted is in the list that this gives. */
  const notingDeletions = (): string[] => {
    const deleted: string[] = [];
    gallery.host.answerWith((request) => {
      if (request.path !== 'api/images/actions') return some(request);
      const ids = Actions.parse(request.json).image_ids;
      deleted.push(...ids);
      return { data: ids.map((id) => ({ image_id: id, status: 200, error: null })) };
    });
    return deleted;
  };

  it('sends a deletion after the undo period, and never one that was undone', async () => {
    const deleted = notingDeletions();
    const { page, close } = await gallery.openPage();
    await page.clock.install();
    await page.goto(gallery.host.url);
    const remove = async (name: string) => {
      await page.getByRole('button', { name: `Open ${name}` }).focus();
      await page.keyboard.press('Delete');
      await page.getByText(`Deleted ${name}.`).waitFor();
    };

    await remove('picture-0.jpg');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Open picture-0.jpg' }).waitFor();
    await remove('picture-4.jpg');
    expect(deleted).toEqual([]);
    await page.clock.fastForward(20_000);
    await expect.poll(() => deleted).toEqual([fakeImageId(4)]);
    await page.clock.fastForward(20_000);
    expect(deleted).toHaveLength(1);
    await close();
  });

  it('undoes the deletion of an open picture, by mouse and by keyboard', async () => {
    const deleted = notingDeletions();
    const { page, close } = await gallery.openPage();
    await page.clock.install();
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(3)}`);
    const opened = (index: number) => page.getByRole('dialog', { name: `picture-${index}.jpg` });
    const notice = (text: string) => page.getByRole('dialog').getByRole('status').getByText(text);
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    await opened(3).getByRole('button', { name: 'Show the next picture' }).waitFor();

    await page.keyboard.press('Delete');
    await opened(4).waitFor();
    await notice('Deleted picture-3.jpg.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await opened(3).waitFor();

    // The dialog has the keyboard again.
    await page.keyboard.press('Delete');
    await notice('Deleted picture-3.jpg.').waitFor();
    await page.keyboard.press('Tab');
    await expect.poll(focused, { timeout: 10_000 }).toBe('Undo');
    await page.keyboard.press('Enter');
    await opened(3).waitFor();

    await page.keyboard.press('ArrowRight');
    await opened(4).waitFor();
    await page.keyboard.press('Delete');
    await notice('Deleted picture-4.jpg.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page
      .getByRole('status', { name: 'Notices' })
      .getByText('Deleted picture-4.jpg.')
      .waitFor();
    await page.clock.fastForward(20_000);
    await expect.poll(() => deleted, { timeout: 10_000 }).toEqual([fakeImageId(4)]);
    await close();
  });

  it('can be used by keyboard alone, and restores the focus', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: 'Open picture-0.jpg' }).focus();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    const focused = () => page.evaluate<string>('document.activeElement.ariaLabel');
    await expect.poll(focused).toBe('Open picture-5.jpg');

    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'picture-5.jpg' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'picture-6.jpg' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Open picture-6.jpg');

    await page.keyboard.press('End');
    await expect.poll(focused).toBe('Open picture-41.jpg');
    await close();
  });
});
