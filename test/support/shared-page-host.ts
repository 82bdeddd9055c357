import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openBrowser, openPage } from './browser.ts';
import { startPageHost } from './browser-host.ts';

/** One browser and one host of the pages for all tests of a `describe`; `answer` is the API at first. */
export const sharePageHost = (answer: Parameters<typeof startPageHost>[0]) => {
  let browser: Browser | undefined;
  let host: Awaited<ReturnType<typeof startPageHost>> | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
    host = await startPageHost(answer);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
  });
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Browser and host are started before the tests only.');
    return value;
  };
  return {
    get browser() {
      return started(browser);
    },
    get host() {
      return started(host);
    },
    openPage: (options?: BrowserContextOptions) => openPage(started(browser), options),
  };
};
