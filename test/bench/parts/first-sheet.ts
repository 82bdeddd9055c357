import { openBrowser, openPage } from '#test/support/browser.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { startPageHost } from '#test/support/browser-host.ts';
import { observePaints, type Paints, readPaints } from '#test/support/browser-paints.ts';
import { drawnPhotographs, withPhotographs } from '#test/support/browser-photographs.ts';
import { taskTimesMs } from '#test/support/browser-trace.ts';
import type { Part } from '../support/report.ts';

const pictures = 1000;
const rounds = { short: 3, full: 9 };

/** How soon a user sees pictures: the gallery is opened with nothing in the browser's cache. */
export const firstSheet: Part = {
  name: 'first-sheet',
  run: async (length) => {
    const photographs = await drawnPhotographs();
    const browser = await openBrowser();
    const host = await startPageHost(withPhotographs(fakeApi(pictures), photographs));
    const paints: Paints[] = [];
    const work: number[] = [];
    const longest: number[] = [];
    try {
      for (let round = 0; round < rounds[length]; round++) {
        const { page, close } = await openPage(browser, { reducedMotion: 'no-preference' });
        await observePaints(page);
        const times = await taskTimesMs(browser, page, async () => {
          await page.goto(host.url);
          paints.push(await readPaints(page));
        });
        work.push(times.reduce((sum, ms) => sum + ms, 0));
        longest.push(times[0] ?? Number.NaN);
        await close();
      }
    } finally {
      await browser.close();
      await host.stop();
    }
    return {
      title: 'Gallery, first sheet',
      how:
        `${pictures} pictures, opened with an empty cache at 1280 × 800, from the beginning of the ` +
        'navigation. The pages and an API that answers at once run in the process of the bench.',
      figures: [
        {
          what: 'every picture in view is there',
          values: paints.map(({ sheetMs }) => sheetMs),
          unit: 'ms',
          atMost: 700,
        },
        {
          what: 'largest contentful paint',
          values: paints.map(({ largestPaintMs }) => largestPaintMs),
          unit: 'ms',
          atMost: 1200,
        },
        {
          what: 'layout shift',
          values: paints.map(({ layoutShift }) => layoutShift),
          unit: '',
          atMost: 0,
        },
        { what: "work of the page's thread until then", values: work, unit: 'ms CPU' },
        { what: 'its longest task', values: longest, unit: 'ms CPU' },
      ],
    };
  },
};
