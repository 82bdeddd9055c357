import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';

const Trace = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      tdur: z.number().optional(),
      args: z.looseObject({ name: z.string().optional() }).optional(),
    }),
  ),
});

/**
 * The longest that the page's thread worked in one go while `work` ran, in milliseconds of its own
 * processor time: what others do on the same machine makes frames late, but does not count.
 */
export const slowestTaskMs = async (
  browser: Browser,
  page: Page,
  work: () => Promise<unknown>,
): Promise<number> => {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await work();
  const trace = await browser.stopTracing();
  const { traceEvents } = Trace.parse(JSON.parse(trace.toString()));
  const threads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) =>
      ph === 'X' && name.endsWith('RunTask') && threads.has(`${pid}:${tid}`),
  );
  if (tasks.length === 0) throw new Error('The trace shows no work of the page.');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
};
