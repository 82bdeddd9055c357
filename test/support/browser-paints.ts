import type { Page } from 'playwright-core';
import { z } from 'zod';

const Paints = z.object({
  /** When every picture in view was there that will be, since the navigation began. */
  sheetMs: z.number(),
  largestPaintMs: z.number(),
  /** The sum of all shifts, those within half a second of an input left out, as browsers define it. */
  layoutShift: z.number(),
});
export type Paints = z.infer<typeof Paints>;

const afterwardsMs = 300; // the last paint is reported a little later

const observer = `window.paints = new Promise((resolve) => {
  const paints = { sheetMs: 0, largestPaintMs: 0, layoutShift: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) paints.largestPaintMs = startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) paints.layoutShift += value;
  }).observe({ type: 'layout-shift', buffered: true });
  const look = () => {
    const inView = [...document.querySelectorAll('.tile.is-done')].filter(
      (tile) => tile.getBoundingClientRect().top < innerHeight,
    );
    if (inView.length === 0 || !inView.every((tile) => tile.querySelector('.is-sharp')))
      return requestAnimationFrame(look);
    paints.sheetMs = performance.now();
    setTimeout(() => resolve(paints), ${afterwardsMs});
  };
  requestAnimationFrame(look);
})`;

/** Observes the page from its next navigation on. */
export const observePaints = (page: Page): Promise<unknown> => page.addInitScript(observer);

/** What was observed until the pictures in view are there, which it waits for. */
export const readPaints = async (page: Page): Promise<Paints> =>
  Paints.parse(await page.evaluate('window.paints'));
