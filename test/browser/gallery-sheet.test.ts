import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { anImageView, fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import type { PageRequest } from '#test/support/browser-host.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);

/** Pictures whose copies have three widths. */
const withWidths = (request: PageRequest) => {
  if (request.path !== 'api/images') return some(request);
  const widths = (id: string) =>
    [160, 480, 960].map((width) => `http://elsewhere.example/i/${id}/w${width}?v=1 ${width}w`);
  return {
    data: [0, 1, 2].map((index) =>
      anImageView(index, { srcset: widths(fakeImageId(index)).join(', ') }),
    ),
  };
};

const Boxes = z.array(z.object({ x: z.number(), y: z.number(), right: z.number() }));
const boxes = `[...document.querySelectorAll('.tile')].map((tile) => {
  const { x, y, right } = tile.getBoundingClientRect();
  return { x, y, right };
})`;

describe.skipIf(!chromiumPath)(needsChromium('the sheet of the gallery'), () => {
  const gallery = sharePageHost(some);

  it.each([390, 1440, 2560])('fills the width with every full row at %i pixels', async (width) => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage({ viewport: { width, height: 900 } });
    await page.goto(gallery.host.url);
    await page.locator('shown-picture.is-sharp').first().waitFor();
    const tiles = Boxes.parse(await page.evaluate(boxes));
    const rows = [...Map.groupBy(tiles, ({ y }) => Math.round(y)).values()];
    const sheet = await page.locator('.sheet').boundingBox();
    const right = (sheet?.x ?? 0) + (sheet?.width ?? 0);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows.slice(0, -1))
      expect(Math.abs(Math.max(...row.map((tile) => tile.right)) - right)).toBeLessThan(1.5);
    await close();
  });

  it('shows smaller and larger pictures, and stores the chosen size', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    const tile = page.locator('.tile').first();
    const height = async () => (await tile.boundingBox())?.height ?? 0;
    await tile.waitFor();
    const medium = await height();
    await page.getByRole('button', { name: 'Show large pictures' }).click();
    await expect.poll(height).toBeGreaterThan(medium * 1.2);
    await page.reload();
    await tile.waitFor();
    expect(await height()).toBeGreaterThan(medium * 1.2);
    await page.getByRole('button', { name: 'Show small pictures' }).click();
    await expect.poll(height).toBeLessThan(medium);
    await close();
  });

  it('shows the name of a picture on hover', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    await page.goto(gallery.host.url);
    const opacity = () =>
      page.evaluate<string>('getComputedStyle(document.querySelector(".tile .name")).opacity');
    await page.locator('.tile').first().waitFor();
    expect(await opacity()).toBe('0');
    await page.locator('.tile').first().hover();
    await expect.poll(opacity).toBe('1');
    await close();
  });

  it.each([
    { deviceScaleFactor: 1, requested: 'w480' },
    { deviceScaleFactor: 2, requested: 'w960' },
  ])(
    'loads the copies that a $deviceScaleFactor× display needs, by delivery links',
    async (given) => {
      gallery.host.answerWith(withWidths);
      const { deviceScaleFactor, requested } = given;
      const { page, close } = await gallery.openPage({ deviceScaleFactor });
      const presets = new Set<string>();
      page.on('request', (request) => {
        const preset = /\/i\/[^/]+\/(\w+)/.exec(request.url())?.[1];
        if (preset) presets.add(preset);
      });
      await page.goto(gallery.host.url);
      await page.locator('shown-picture.is-sharp').nth(2).waitFor();
      expect([...presets]).toContain(requested);
      expect([...presets]).not.toContain('small');
      await close();
    },
  );

  it('is grouped by days, and a slider leads to each of them, loaded or not', async () => {
    // Ten a day, of which the first few days are loaded.
    const newest = Date.UTC(2026, 10, 20, 23);
    const at = (index: number) => new Date(newest - index * 8_640_000).toISOString();
    gallery.host.answerWith(fakeApi(600, (index) => ({ uploaded_at: at(index) })));
    const { page, close } = await gallery.openPage({ timezoneId: 'UTC' });
    await page.goto(gallery.host.url);
    await page.getByRole('heading', { name: 'Thu, November 19, 2026' }).waitFor();
    const slider = page.getByRole('slider', { name: 'Date' });
    const date = () => slider.getAttribute('aria-valuetext');
    await expect.poll(() => slider.getAttribute('max')).toBe('59');
    expect(await date()).toContain('November 20');
    // A reader who drags moves it again: the first move may come before the sheet is as high as its pictures.
    const move = async () => {
      await slider.fill('0');
      await slider.fill('3');
      return date();
    };
    await expect.poll(move).toContain('November 17');
    await expect.poll(() => page.evaluate<number>('scrollY')).toBeGreaterThan(0);
    expect(page.url()).not.toContain('to=');

    await slider.press('End');
    await page.getByRole('heading', { name: 'September 22, 2026' }).waitFor();
    expect(page.url()).toBe(`${gallery.host.url}#pictures?to=2026-09-22`);
    await expect.poll(date).toContain('September 22');
    expect(await seriousFaults(page)).toEqual([]);
    // The slider still has the focus, and leads to newer days too.
    await page.keyboard.press('PageUp');
    await page.keyboard.press('PageUp');
    await expect.poll(date).toContain('October 4');
    await page.reload();
    await expect.poll(date).toContain('October 4');

    await page.getByRole('button', { name: 'Show newer pictures' }).click();
    await page.getByRole('heading', { name: 'Fri, November 20, 2026' }).waitFor();
    await expect.poll(date).toContain('November 20');
    await page.goBack();
    await page.getByText('Up to Sun, October 4, 2026').waitFor();
    await close();
  });

  it('sorts and filters by the address', async () => {
    const queries: string[] = [];
    gallery.host.answerWith((request) => {
      if (request.path === 'api/images') queries.push(request.query.toString());
      return some(request);
    });
    const { page, close } = await gallery.openPage({ timezoneId: 'Asia/Tokyo' });
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: 'Sort and filter' }).click();
    await page.getByLabel('Source').selectOption('drop');
    await page.getByRole('heading', { name: 'No picture fits the filter' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Source').selectOption('presigned');
    await page.getByLabel('From', { exact: true }).fill('2026-11-20');
    await page.locator('.sheet-end').getByText('42 pictures').waitFor();
    expect(page.url()).toBe(`${gallery.host.url}#pictures?source=presigned&from=2026-11-20`);
    expect(queries.at(-1)).toContain('from=2026-11-19T15%3A00%3A00.000Z');

    await page.getByLabel('Sort by').selectOption('taken');
    await page.getByLabel('From', { exact: true }).fill('2017-02-09');
    await page.reload();
    await page.getByRole('list', { name: 'Pictures, last taken first' }).waitFor();
    await page.getByRole('heading', { name: 'Thu, February 9, 2017' }).waitFor();
    await page.getByRole('button', { name: 'Sort and filter, 3 set' }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('heading', { name: 'Fri, November 20, 2026' }).waitFor();
    await close();
  });

  it('preserves its filter in the URL, through a reload, the detail view and the back button', async () => {
    gallery.host.answerWith(some);
    const { page, close } = await gallery.openPage();
    const only = page.locator('.sheet-end').getByText('1 picture', { exact: true });
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: /^Failed/ }).click();
    await only.waitFor();
    expect(page.url()).toBe(`${gallery.host.url}#pictures?status=failed`);
    await page.reload();
    await only.waitFor();
    await page.getByRole('button', { name: /^Open picture-2\.jpg/ }).click();
    await page.getByRole('dialog', { name: 'picture-2.jpg' }).waitFor();
    await page.keyboard.press('Escape');
    await only.waitFor();
    expect(page.url()).toBe(`${gallery.host.url}#pictures?status=failed`);

    await page.getByRole('button', { name: /^All/ }).click();
    await page.locator('.sheet-end').getByText('42 pictures').waitFor();
    await page.goBack();
    await only.waitFor();
    await close();
  });
});
