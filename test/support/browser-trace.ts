import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      ts: z.number(),
      dur: z.number().optional(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.string().optional() }).optional(),
    }),
  ),
});

/**
 * How long the page's thread worked in each go while `work` ran, the longest first, in milliseconds
 * of its own processor time: what others do on the same machine makes frames late, but does not
 * count. Throws if the browser reports none.
 */
export const taskTimesMs = async (
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number[]> => {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await work();
  const trace = await browser.stopTracing();
  const { traceEvents } = Trace.parse(JSON.parse(trace.toString()));
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const events = traceEvents
    .filter(({ ph, pid, tid }) => ph === 'X' && threads.has(`${pid}:${tid}`))
    .toSorted((one, other) => one.ts - other.ts);
  // Whatever is not within another: tasks, and the promises that are settled behind each of them.
  let end = 0;
  const times: number[] = [];
  for (const { ts, dur = 0, tdur = 0 } of events) {
    if (ts < end) continue;
    end = ts + dur;
    times.push(tdur / 1000);
  }
  times.sort((one, other) => other - one);
  // Otherwise a Chromium that reports them differently would seem to be idle.
  if (!times[0]) throw new Error('The trace shows no work of the page.');
  return times;
};

/** Scrolls by a whole screen with each frame, faster than any hand could. */
export const scrollToTheEnd = `new Promise((resolve) => {
  let frames = 0;
  let standing = 0;
  const frame = () => {
    const before = scrollY;
    scrollBy(0, innerHeight);
    standing = scrollY === before ? standing + 1 : 0;
    const isEnd = () => document.querySelector('.sheet-end').textContent.includes('pictures');
    if (++frames % 10 === 0 && standing > 5 && isEnd()) resolve();
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})`;
