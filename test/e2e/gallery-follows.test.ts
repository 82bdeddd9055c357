import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, needsChromium, openBrowser, openPage } from '#test/support/browser.ts';
import { aBatchView } from '#test/support/browser-answers-batches.ts';
import { aDarkroomOf } from '#test/support/browser-gallery.ts';
import { startPageHost } from '#test/support/browser-host.ts';
import { eventually } from '#test/support/eventually.ts';

const some = aDarkroomOf(42);

describe.skipIf(!chromiumPath)(needsChromium('the gallery while something is at work'), () => {
  let browser: Browser;
  let host: Awaited<ReturnType<typeof startPageHost>>;
  beforeAll(async () => {
    browser = await openBrowser();
    host = await startPageHost(some);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
  });

  it('keeps older batches in the list when it is read again, and reads those again too', async () => {
    const batchOf = (number: number, status = 'completed') =>
      aBatchView({ request_id: `batch-${number}`, csv_filename: `${number}.csv`, status });
    let batches = Array.from({ length: 45 }, (_, index) => batchOf(45 - index));
    const becomes = (...others: ReturnType<typeof batchOf>[]) => {
      const ids = others.map(({ request_id: id }) => id);
      batches = [...others, ...batches.filter(({ request_id: id }) => !ids.includes(id))].sort(
        (one, other) =>
          Number.parseInt(other.csv_filename, 10) - Number.parseInt(one.csv_filename, 10),
      );
    };
    becomes(batchOf(45, 'processing'), batchOf(15, 'processing'));
    host.answerWith((asked) => {
      if (asked.path !== 'api/batches') return some(asked);
      const cursor = asked.query.get('cursor');
      const from = batches.findIndex(({ request_id: id }) => id === cursor) + 1;
      const data = batches.slice(from, from + Number(asked.query.get('limit')));
      const last = data.at(-1);
      return { data, next: last === batches.at(-1) ? null : (last?.request_id ?? null) };
    });
    const { page, close } = await openPage(browser);
    await page.goto(`${host.url}#batches`);
    const cards = page.locator('.card');
    const card = (name: string) =>
      cards.filter({ has: page.getByRole('link', { name, exact: true }) });
    const older = page.getByRole('button', { name: 'Show older batches' });
    await older.click();
    await eventually(async () => expect(await cards.count()).toBe(40));

    becomes(batchOf(46), batchOf(45));
    await card('46.csv').waitFor();
    await eventually(async () => expect(await cards.count()).toBe(41));
    becomes(batchOf(15));
    await card('15.csv').getByText('completed', { exact: true }).waitFor();

    await older.click();
    const all = Array.from({ length: 46 }, (_, index) => `${46 - index}.csv`);
    await eventually(async () =>
      expect(await cards.getByRole('link').allTextContents()).toEqual(all),
    );
    await older.waitFor({ state: 'detached' });
    await close();
  });
});
