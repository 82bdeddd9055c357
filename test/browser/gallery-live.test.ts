import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium, seriousFaults } from '#test/support/browser.ts';
import { anImageView, fakeImageId } from '#test/support/browser-answers.ts';
import { aBatchView, anEditProcess } from '#test/support/browser-answers-batches.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import type { Answer, PageRequest } from '#test/support/browser-host.ts';
import { eventually } from '#test/support/eventually.ts';
import { sharePageHost } from '#test/support/shared-page-host.ts';

const some = fakeApi(42);

/**
 * One picture, of which the sheet learns its EXIF while it is open; the whole record is requested.
 */
const aPictureThatDevelops = (whole: () => Answer) => {
  const developing = anImageView(0, {
    status: 'processing',
    exif: null,
    steps: { ...anImageView().steps, exif: { state: 'pending' } },
  });
  let answered = 0;
  return ({ method, path, query }: PageRequest): Answer => {
    if (path === 'api/images') return { data: [answered > 0 ? anImageView() : developing] };
    if (path !== `api/images/${fakeImageId(0)}`) return some({ method, path, query });
    return ++answered > 1 ? whole() : { data: developing };
  };
};

/** How often the page has requested it: the browser itself sends one of several equal requests. */
const startCounter = (page: Page, path: string) => {
  let count = 0;
  page.on('request', (request) => {
    if (request.url().endsWith(path)) count++;
  });
  return () => count;
};

/** Has the page drawn ten times, and answered. */
const drawings = `(async () => {
  for (let count = 0; count < 10; count++) {
    dispatchEvent(new Event('resize'));
    await new Promise(requestAnimationFrame);
  }
  await fetch('api/stats');
})()`;

describe.skipIf(!chromiumPath)(needsChromium('the gallery while work is in progress'), () => {
  const gallery = sharePageHost(some);

  it('refreshes the list of batches, older pages included', async () => {
    const numberedBatch = (number: number, status = 'completed') =>
      aBatchView({ request_id: `batch-${number}`, csv_filename: `${number}.csv`, status });
    let batches = Array.from({ length: 45 }, (_, index) => numberedBatch(45 - index));
    const becomes = (...others: ReturnType<typeof numberedBatch>[]) => {
      const ids = others.map(({ request_id: id }) => id);
      batches = [...others, ...batches.filter(({ request_id: id }) => !ids.includes(id))].sort(
        (one, other) =>
          Number.parseInt(other.csv_filename, 10) - Number.parseInt(one.csv_filename, 10),
      );
    };
    becomes(numberedBatch(45, 'processing'), numberedBatch(15, 'processing'));
    gallery.host.answerWith((request) => {
      if (request.path !== 'api/batches') return some(request);
      const cursor = request.query.get('cursor');
      const from = batches.findIndex(({ request_id: id }) => id === cursor) + 1;
      const data = batches.slice(from, from + Number(request.query.get('limit')));
      const last = data.at(-1);
      return { data, next: last === batches.at(-1) ? null : (last?.request_id ?? null) };
    });
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#batches`);
    const cards = page.locator('.card');
    const card = (name: string) =>
      cards.filter({ has: page.getByRole('link', { name, exact: true }) });
    const older = page.getByRole('button', { name: 'Show older batches' });
    await older.click();
    await eventually(async () => expect(await cards.count()).toBe(40));

    becomes(numberedBatch(46), numberedBatch(45));
    await card('46.csv').waitFor();
    await eventually(async () => expect(await cards.count()).toBe(41));
    becomes(numberedBatch(15));
    await card('15.csv').getByText('completed', { exact: true }).waitFor();

    await older.click();
    const all = Array.from({ length: 46 }, (_, index) => `${46 - index}.csv`);
    await eventually(async () =>
      expect(await cards.getByRole('link').allTextContents()).toEqual(all),
    );
    await older.waitFor({ state: 'detached' });
    await close();
  });

  it('follows all products of a batch that are shown, not only the first page of them', async () => {
    const progress = { ...aBatchView().progress, total_products: 120, total_images: 120 };
    let status = 'processing';
    let cursors: (string | null)[] = [];
    gallery.host.answerWith(({ path, query }) => {
      if (path !== 'api/batches/batch-1') return some({ method: 'GET', path, query });
      const cursor = query.get('cursor');
      cursors.push(cursor);
      const from = Number(cursor ?? 0);
      // The middle ones were quick.
      const productStatus = (index: number) => (index < 50 || index >= 100 ? status : 'completed');
      const products = Array.from({ length: Math.min(50, 120 - from) }, (_, index) => ({
        serial_number: String(from + index + 1),
        product_name: 'Mug',
        status: productStatus(from + index),
        images: [],
      }));
      const next = from + 50 < 120 ? String(from + 50) : null;
      return { data: aBatchView({ request_id: 'batch-1', status, progress, products }), next };
    });
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#batches/batch-1`);
    const products = (state: string) => page.locator('.product-name', { hasText: state }).count();
    const more = page.getByRole('button', { name: 'Show more products' });
    await more.click();
    await eventually(async () => expect(await products('completed')).toBe(50));
    await more.click();
    await eventually(async () => expect(await products('processing')).toBe(70));
    await more.waitFor({ state: 'detached' });

    cursors = [];
    status = 'completed';
    await eventually(async () => expect(await products('completed')).toBe(120));
    expect(cursors).not.toContain('50');
    await close();
  });

  it('opens a picture that the sheet has not loaded when the connection is back', async () => {
    gallery.host.answerWith(() => 'breaks');
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(90)}`);
    await page.getByText('This picture could not be opened').waitFor();

    gallery.host.answerWith(fakeApi(100));
    await page.getByRole('dialog', { name: 'picture-90.jpg' }).waitFor();
    await close();
  });

  it.each<[string, string, Answer]>([
    ['a batch', '#batches/batch-1', 'breaks'],
    ['a batch', '#batches/batch-1', { status: 503, error: 'It is too busy.' }],
    ['the list of batches', '#batches', 'breaks'],
    ['the list of batches', '#batches', { status: 503, error: 'It is too busy.' }],
  ])('requests %s again by itself after a failure: %s, %j', async (_, hash, trouble) => {
    gallery.host.answerWith(() => trouble);
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}${hash}`);
    await page.getByText(/could not be (opened|loaded)/).waitFor();

    gallery.host.answerWith(some);
    await page.getByText('autumn-catalogue.csv').waitFor();
    await close();
  });

  it('retries a batch that was not found when the user asks it to', async () => {
    gallery.host.answerWith(() => ({ status: 404, error: 'There is no batch batch-1.' }));
    const { page, close } = await gallery.openPage();
    await page.goto(`${gallery.host.url}#batches/batch-1`);
    await page.getByText('There is no batch batch-1.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    gallery.host.answerWith(some);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'autumn-catalogue.csv' }).waitFor();
    await close();
  });

  it('requests the tags of an open picture once, however often it renders meanwhile', async () => {
    gallery.host.answerWith(aPictureThatDevelops(() => 'waits'));
    const { page, close } = await gallery.openPage();
    const countRequests = startCounter(page, `api/images/${fakeImageId(0)}`);
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(0)}`);
    await page.getByRole('cell', { name: 'NIKON D90' }).waitFor();
    await eventually(() => expect(countRequests()).toBe(2));

    await page.evaluate(drawings);
    expect(countRequests()).toBe(2);
    await close();
  });

  it('waits before it requests tags again after a failure', async () => {
    let answer: Answer = { status: 500, error: 'The server could not answer.' };
    gallery.host.answerWith(aPictureThatDevelops(() => answer));
    const { page, close } = await gallery.openPage();
    const countRequests = startCounter(page, `api/images/${fakeImageId(0)}`);
    await page.clock.install();
    await page.goto(`${gallery.host.url}#pictures/${fakeImageId(0)}`);
    await page.getByRole('cell', { name: 'NIKON D90' }).waitFor();
    await eventually(() => expect(countRequests()).toBe(2));
    await page.evaluate(drawings);
    expect(countRequests()).toBe(2);

    const { exif } = anImageView();
    answer = { data: anImageView(0, { exif: exif && { ...exif, raw: { Flash: 16 } } }) };
    await page.clock.fastForward(10_000);
    await page.getByText('All 1 tags').waitFor();
    expect(countRequests()).toBe(3);
    await close();
  });

  it('adds the result of an edit that it saw in progress to the sheet, and no older one', async () => {
    const [older, failed, atWork] = anEditProcess.edits;
    let edits: unknown[] = [{ ...older, image_id: fakeImageId(900) }, failed, atWork];
    gallery.host.answerWith((request) =>
      request.path === 'api/edits' ? { data: edits.toReversed() } : some(request),
    );
    const { page, close } = await gallery.openPage();
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    await page.goto(`${gallery.host.url}#edits`);
    await page.getByText('processing', { exact: true }).waitFor();
    edits = [...edits.slice(0, 2), { ...atWork, status: 'COMPLETED', image_id: fakeImageId(901) }];
    await page.getByText('processing', { exact: true }).waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Pictures' }).click();
    await page
      .getByRole('button', { name: 'Open Make it look like a rainy evening, queued' })
      .waitFor();
    await page.locator('.sheet-end').getByText('43 pictures').waitFor();
    // Its thumbnails are still to be made: requested now, each would be a 404.
    expect(urls.filter((url) => url.includes(`${fakeImageId(901)}/thumbnails`))).toEqual([]);
    await close();
  });
});
