import { openBrowser, openPage } from '#test/support/browser.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { startPageHost } from '#test/support/browser-host.ts';
import { scrollToTheEnd, taskTimesMs } from '#test/support/browser-trace.ts';
import type { Part } from '../support/report.ts';

const pictures = 10_000;
const rounds = { short: 1, full: 5 };
/** From here on a browser calls it a long task. */
const atMostMs = 50;

/** Whether the gallery stays responsive while a user scrolls through a large collection. */
export const scroll: Part = {
  name: 'scroll',
  run: async (length) => {
    const browser = await openBrowser();
    const host = await startPageHost(fakeApi(pictures));
    const tasks: number[][] = [];
    try {
      for (let round = 0; round < rounds[length]; round++) {
        const { page, close } = await openPage(browser, { reducedMotion: 'no-preference' });
        await page.goto(host.url);
        await page.locator('shown-picture.is-sharp').first().waitFor();
        const times = await taskTimesMs(browser, page, () => page.evaluate(scrollToTheEnd));
        tasks.push(times);
        await close();
      }
    } finally {
      await browser.close();
      await host.stop();
    }
    return {
      title: 'Gallery',
      how:
        `${pictures} pictures, scrolled by a whole screen with each frame. Processor time of the page's ` +
        'thread in each task; one or two may meet the garbage collector.',
      figures: [
        {
          what: 'the slowest task',
          values: tasks.map((times) => times[0] ?? Number.NaN),
          unit: 'ms CPU',
          atMost: atMostMs,
        },
        {
          what: 'the third slowest task',
          values: tasks.map((times) => times[2] ?? Number.NaN),
          unit: 'ms CPU',
        },
        {
          what: 'tasks over 50 ms',
          values: tasks.map((times) => times.filter((ms) => ms > atMostMs).length),
          unit: '',
        },
      ],
    };
  },
};
