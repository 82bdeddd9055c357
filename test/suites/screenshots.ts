// node infra/with-node.mjs test/suites/screenshots.ts --photos <folder> --out <folder>: pictures of every
// state of the gallery in both themes and five widths, to be looked at. Says by itself which states are not
// reached, and where a page can be scrolled sideways.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '#test/support/browser.ts';
import { fakeApi } from '#test/support/browser-gallery.ts';
import { startPageHost } from '#test/support/browser-host.ts';
import { readPhotographs, withPhotographs } from '#test/support/browser-photographs.ts';
import { screenshotStates } from './screenshot-states.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string', default: '' }, // a part of a state's name
    widths: { type: 'string', default: '390,768,1280,1920,2560' },
  },
});
const { photos, out } = values;
if (!photos || !out) throw new Error('Say --photos <folder> and --out <folder>.');

const heights = new Map([
  [390, 844],
  [768, 1024],
  [1280, 800],
  [1920, 1080],
  [2560, 1440],
]);

const takeAll = async (page: Page, name: string): Promise<void> => {
  for (const width of values.widths.split(',').map(Number)) {
    await page.setViewportSize({ width, height: heights.get(width) ?? 900 });
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(isSettled);
      const file = `${name.replaceAll(/[^a-z]+/gi, '-')}.${colorScheme}.${width}.jpg`;
      await page.screenshot({ path: join(out, file), type: 'jpeg', quality: 88 });
    }
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    if (Number(overflow) > 0) say(`${name}, ${width} px: scrolls sideways by ${overflow} px`);
  }
};

/** Drawn in the new size, with the pictures that it asks for; at most two seconds. */
const isSettled = `new Promise((resolve) => {
  setTimeout(resolve, 2000);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    Promise.allSettled([...document.images].map((image) => image.decode())).then(resolve);
  }));
})`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const photographs = await readPhotographs(photos);
await mkdir(out, { recursive: true });
const browser = await openBrowser();
const host = await startPageHost(fakeApi(0));
const usual = fakeApi(42);
try {
  for (const [name, state] of Object.entries(screenshotStates)) {
    if (!name.includes(values.only)) continue;
    host.answerWith(withPhotographs(state.api ?? usual, photographs));
    const { page, close } = await openPage(browser);
    await page.goto(`${host.url}${state.hash ?? ''}`);
    await state.waitUntilShown(page).then(
      () => takeAll(page, name),
      (error: unknown) => say(`${name}: ${String(error).split('\n')[0]}`),
    );
    await close();
  }
} finally {
  await browser.close();
  await host.stop();
}
