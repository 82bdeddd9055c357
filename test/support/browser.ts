import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import { chromiumPath } from './chromium-path.ts';

export { chromiumPath };

/** For the title of a suite that is skipped: says what is missing, and how to help. */
export const needsChromium = (title: string): string =>
  chromiumPath ? title : `${title} (skipped: no Chromium here; CHROMIUM_PATH may name one)`;

/** With `hosts`, the browser finds these names at these addresses. */
export const openBrowser = (hosts: Record<string, string> = {}): Promise<Browser> => {
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  return chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: [
      '--no-sandbox', // containers and CI run as root
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : []),
    ],
  });
};

export type OpenedPage = Awaited<ReturnType<typeof openPage>>;

/** A page in its own context that records its errors and the hosts it contacted. */
export const openPage = async (browser: Browser, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'dark',
    reducedMotion: 'reduce', // axe measures contrast, and would meet half of a fade
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http')) origins.add(url.origin);
  });
  return {
    page,
    /** Console errors and exceptions so far. */
    complaints: (): readonly string[] => complaints,
    /** Every host that received a request. */
    origins: (): readonly string[] => [...origins].sort(),
    close: () => context.close(),
  };
};

export type File = { name: string; type: string; bytes: Buffer };

/** Simulates a drag and drop of files onto the window. */
export const dropFiles = async (page: Page, files: readonly File[]): Promise<void> => {
  const sent = files.map(({ name, type, bytes }) => ({
    name,
    type,
    text: bytes.toString('base64'),
  }));
  // As text: the tests are compiled without the types of a browser.
  await page.evaluate(`{
    const transfer = new DataTransfer();
    for (const { name, type, text } of ${JSON.stringify(sent)}) {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
    }
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
  }`);
};

const Findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullish(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds serious or worse, one line for each place. */
export const seriousFaults = async (page: Page): Promise<string[]> => {
  // Through the debugger, since the page's own content security policy allows no added script.
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: axe });
  await debug.detach();
  const found = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return Findings.parse(found)
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
};
