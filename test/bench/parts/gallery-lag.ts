import type { Page } from 'playwright-core';
import { z } from 'zod';
import { dropFiles, openBrowser, openPage } from '#test/support/browser.ts';
import { watchNewsRequests } from '#test/support/browser-news.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import type { Part } from '../support/report.ts';

const pictures = { short: 60, full: 300 };
const maxSeconds = 2;
/** High enough that all tiles are drawn. */
const viewport = { width: 1600, height: 4000 };

/** How soon a second browser shows what happens to the pictures that another one drops. */
export const galleryLag: Part = {
  name: 'gallery-lag',
  run: async (length) => {
    const count = pictures[length];
    const stack = await startBenchStack();
    const browser = await openBrowser();
    try {
      const files = await Promise.all(
        Array.from({ length: count }, async (_, index) => ({
          name: `drop-${index}.jpg`,
          type: 'image/jpeg',
          bytes: await drawnJpeg({ width: 320, height: 240, seed: index + 1 }),
        })),
      );
      const [one, other] = [await openPage(browser), await openPage(browser, { viewport })];
      const news = watchNewsRequests(other.page);
      await one.page.goto(stack.baseUrl);
      await other.page.goto(stack.baseUrl);
      await other.page.evaluate("localStorage.setItem('density', 'small')");
      await other.page.reload();
      await eventually(() => {
        if (news.events() < 2) throw new Error('The page does not listen yet.');
      });
      await other.page.evaluate(watch);
      await dropFiles(one.page, files);
      await eventually(
        async () => {
          const { tiles, counters } = await readSeen(other.page);
          const isShown = Object.keys(tiles).length === count && counters.at(-1)?.count === count;
          if (!isShown)
            throw new Error(
              `${Object.keys(tiles).length} tiles are done, the counter says ${counters.at(-1)?.count}.`,
            );
        },
        { within: 600_000 },
      );
      const { tiles, counters } = await readSeen(other.page);
      const ends = await readEnds(stack, count);
      const inOrder = Object.values(ends).sort((a, b) => a - b);
      const lagOfTiles = Object.entries(ends).map(([name, at]) => (tiles[name] ?? 0) - at);
      const lagOfCounters = inOrder.map(
        (at, index) => (counters.find((seen) => seen.count > index)?.at ?? 0) - at,
      );
      return {
        title: 'The gallery follows',
        how: `${count} files dropped in one browser; another one shows each as done so many seconds after its record says that it was.`,
        figures: [
          ...[['tiles', lagOfTiles] as const, ['counters', lagOfCounters] as const].flatMap(
            ([what, lags]) => [
              { what: `${what}, half within`, values: [quantile(lags, 0.5)], unit: 's' },
              {
                what: `${what}, 95 % within`,
                values: [quantile(lags, 0.95)],
                unit: 's',
                atMost: maxSeconds,
              },
              { what: `${what}, all within`, values: [quantile(lags, 1)], unit: 's' },
            ],
          ),
          { what: 'requests for news in flight, most', values: [news.max()], unit: '', atMost: 1 },
          { what: 'requests for news', values: [news.events()], unit: '' },
          { what: 'requests for single pictures', values: [news.pictures()], unit: '' },
        ],
      };
    } finally {
      await browser.close();
      await stack.stop();
    }
  },
};

/** In seconds, of lags in milliseconds. */
const quantile = (lagsMs: readonly number[], share: number): number => {
  const sorted = [...lagsMs].sort((a, b) => a - b);
  return (sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000;
};

/** Notes, twenty times a second, when each tile is done, and what the counter of done ones says. */
const watch = `{
  const tiles = {};
  const counters = [];
  const look = () => {
    for (const tile of document.querySelectorAll('.tile.is-done'))
      tiles[tile.querySelector('.name').textContent] ??= Date.now();
    const text = [...document.querySelectorAll('.chip')].find((each) => each.textContent.includes('Done'));
    const count = Number(text?.querySelector('.count')?.textContent.replace(',', '') ?? 0);
    if (counters.at(-1)?.count !== count) counters.push({ count, at: Date.now() });
    setTimeout(look, 50);
  };
  look();
  globalThis.seenInGallery = () => ({ tiles, counters });
}`;

const Seen = z.object({
  tiles: z.record(z.string(), z.number()),
  counters: z.array(z.object({ count: z.number(), at: z.number() })),
});

const readSeen = async (page: Page) => Seen.parse(await page.evaluate('seenInGallery()'));

const Ended = z.array(
  z.looseObject({ original_name: z.string(), uploaded_at: z.string(), processed_at: z.string() }),
);

/** When each picture was done, by its name, in milliseconds. */
const readEnds = async (stack: BenchStack, count: number): Promise<Record<string, number>> => {
  const ends: Record<string, number> = {};
  let to = '';
  while (Object.keys(ends).length < count) {
    const page = Ended.parse(await stack.requestData(`/api/images?limit=100${to}`));
    for (const { original_name: name, processed_at: at } of page) ends[name] = Date.parse(at);
    to = `&to=${page.at(-1)?.uploaded_at}`;
  }
  return ends;
};
