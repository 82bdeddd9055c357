import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  browserBundles,
  prebuiltBundles,
  readBrowserBundles,
} from '#functions/site/pages/browser-bundles.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

describe('finishedBundles', () => {
  it('is a module with the same result without esbuild', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundles-'));
    folders.push(folder);
    const file = join(folder, 'finished.mjs');
    await writeFile(file, await prebuiltBundles());

    const finished = await import(/* @vite-ignore */ pathToFileURL(file).href);

    expect(await finished.readBrowserBundles()).toEqual(await readBrowserBundles());
  });
});

describe('readBrowserBundles', () => {
  it('has all of them, and none is empty', async () => {
    const bundles = await readBrowserBundles();
    expect(Object.keys(bundles)).toEqual(Object.keys(browserBundles));
    for (const [name, text] of Object.entries(bundles))
      expect(text.length, name).toBeGreaterThan(300);
    expect(bundles['gallery.js']).toContain('customElements');
    expect(bundles['gallery.css']).toContain('.tile');
    expect(bundles['docs.css']).toContain('.swagger-ui');
  });
});
