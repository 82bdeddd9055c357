import { describe, expect, it } from 'vitest';
import { chromiumPath, dropFiles, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { anImageView, fakeImageId } from '#test/support/browser-answers.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);

describe.skipIf(!chromiumPath)(needsChromium('uploads in the gallery'), () => {
  const gallery = sharePageHost(some);

  it('previews files while they are uploaded, and shows how each ended', async () => {
    const bytes = await drawnJpeg({ width: 320, height: 200 });
    const ids = [fakeImageId(60), fakeImageId(61)];
    let form = 0;
    let isOver = false;
    gallery.host.answerWith((request) => {
      const { path } = request;
      const fields = { image_id: ids[form], url: `${gallery.host.url}api/store`, fields: {} };
      if (path === 'api/uploads') form++;
      if (path === 'api/uploads') return { status: 201, data: fields };
      if (path === 'api/store') return { data: {} };
      const ends = [
        anImageView(60, { original_name: 'good.jpg' }),
        anImageView(61, { original_name: 'bad.jpg', status: 'failed', error: 'It ends too soon.' }),
      ];
      if (path === 'api/images' && isOver) return { data: ends };
      return path === 'api/images' ? { data: [] } : some(request);
    });
    const phone = { viewport: { width: 390, height: 800 } };
    const { page, close } = await gallery.openPage(phone);
    await page.goto(gallery.host.url);
    await page.getByRole('button', { name: 'Choose a folder' }).first().waitFor();
    await dropFiles(
      page,
      ['good.jpg', 'bad.jpg'].map((name) => ({ name, type: 'image/jpeg', bytes })),
    );
    const sum = () => page.locator('.tray-sum').textContent();
    await expect.poll(sum).toContain('0 done, 2 processing');
    // On a phone the list is folded until it is wanted.
    const list = page.getByRole('list', { name: 'Files' });
    expect(await list.count()).toBe(0);
    await page.getByRole('button', { name: 'Expand the list of uploads' }).click();
    await list.locator('img[src^="blob:"]').nth(1).waitFor();
    const tiles = page.locator('.tile shown-picture.is-sharp img[src^="blob:"]');
    await expect.poll(() => tiles.count()).toBe(2);
    expect(await seriousFaults(page)).toEqual([]);

    isOver = true;
    await expect.poll(sum).toMatch(/1 done\s+1 file failed/);
    await list.getByText('It ends too soon.').waitFor();
    await list.getByRole('button', { name: 'Uploaded good.jpg: done' }).click();
    await page.getByRole('dialog', { name: 'good.jpg' }).waitFor();
    await close();
  });
});
